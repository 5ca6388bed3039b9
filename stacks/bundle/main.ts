import { join } from 'node:path'
import { listFunctions, ROOT } from '../project.ts'
import { bundleFunctions } from './bundle.ts'

/** `npm run bundle [-- name …]`: writes dist/<function>/ for the functions named, or for all. */
const names = process.argv.slice(2)
const all = listFunctions(ROOT)
const unknown = names.filter(name => !all.some(folder => folder.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `no function ${unknown.join(', ')}; there are ${all.map(folder => folder.name).join(', ')}\n`,
  )
  process.exit(1)
}
const chosen = all.filter(({ name }) => names.length === 0 || names.includes(name))
for (const out of await bundleFunctions(chosen, ROOT, join(ROOT, 'dist'))) process.stdout.write(`${out}\n`)
