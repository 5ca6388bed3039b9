import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The nearest `path` in the folder or one above it: beside the sources in a checkout, beside `index.js` in a bundle. */
export function findUp(path: string, from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return join(folder, path)
    if (folder === dirname(folder)) return undefined
  }
}
