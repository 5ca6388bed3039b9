import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../project.ts'
import { makePages } from './pages.ts'

/** `make reference`: prints docs/reference from the code. */
const folder = join(ROOT, 'docs', 'reference')
mkdirSync(folder, { recursive: true })
for (const [name, text] of await makePages()) {
  writeFileSync(join(folder, name), text)
  process.stdout.write(`docs/reference/${name}\n`)
}
