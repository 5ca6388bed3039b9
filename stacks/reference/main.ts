import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../project.ts'
import { makePages } from './pages.ts'

/** `make reference`: prints docs/reference, and what dbt has to know, from the code. */
for (const [name, text] of await makePages()) {
  mkdirSync(dirname(join(ROOT, name)), { recursive: true })
  writeFileSync(join(ROOT, name), text)
  process.stdout.write(`${name}\n`)
}
