import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT } from '../support/postgres.ts'

/** What is installed, and the same for every copy. */
const INSTALLED = ['node_modules', '.venvs', '.tools']

/** Copies of the working tree to be mutated, each with a folder for what its tests write; the caller removes them. */
export function makeCopies(count: number): { folders: string[]; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'cordage-mutate-'))
  const files = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter(file => file !== '' && existsSync(join(ROOT, file)))
  const folders = Array.from({ length: count }, (_, i) => join(home, String(i)))
  for (const folder of folders) {
    for (const file of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      cpSync(join(ROOT, file), join(folder, file))
    }
    for (const name of INSTALLED) symlinkSync(join(ROOT, name), join(folder, name))
    mkdirSync(tmpOf(folder))
  }
  return { folders, remove: () => rmSync(home, { recursive: true, force: true }) }
}

export function tmpOf(folder: string): string {
  return `${folder}.tmp`
}
