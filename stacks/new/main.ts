import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeManifests } from '../manifests/manifests.ts'
import { readOptions } from '../manifests/options.ts'
import { ROOT } from '../project.ts'

/** `npm run new -- <stage>/<verb-noun>`: a function of its own with a passing test and an empty trigger file. */
const STAGES = [
  'ingest',
  'land',
  'model',
  'search',
  'forecast',
  'propositions',
  'report',
  'govern',
  'operate',
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: ROOT } },
})
const [stage = '', name = ''] = (positionals[0] ?? '').split('/')
const { root } = values
const path = join(root, 'functions', stage, name)
const refuse = (problem: string): never => {
  process.stderr.write(
    `${problem}\nusage: npm run new -- <stage>/<verb-noun>, where stage is one of ${STAGES.join(', ')}\n`,
  )
  process.exit(1)
}
if (!STAGES.includes(stage)) refuse(`unknown stage "${stage}"`)
if (!/^[a-z]+(-[a-z0-9]+)+$/.test(name)) refuse(`"${name}" is not a verb and a noun in kebab-case`)
if (existsSync(path)) refuse(`functions/${stage}/${name} is there already`)

mkdirSync(path, { recursive: true })
mkdirSync(join(root, 'triggers'), { recursive: true })
writeFileSync(
  join(path, 'handler.ts'),
  `import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'

const input = z.strictObject({ name: z.string().min(1).max(100) })

const output = z.object({ greeting: z.string() })

/** A repeat answers the same and changes nothing. */
export default defineFunction({
  name: '${name}',
  summary: 'Greets by name',
  access: 'user',
  readOnly: true,
  uses: [] as const,
  input,
  output,

  async handle({ name }) {
    return { greeting: \`Hello, \${name}\` }
  },
})
`,
)
writeFileSync(
  join(path, 'handler.test.ts'),
  `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFunction } from '../../../tests/support/function.ts'
import definition from './handler.ts'

test('greets whoever is named', async () => {
  const ${camel(name)} = await startFunction(definition)
  assert.deepEqual(await ${camel(name)}.call({ name: 'Ada' }), { status: 200, body: { greeting: 'Hello, Ada' } })
})

test('refuses a call without a name and says which field is missing', async () => {
  const ${camel(name)} = await startFunction(definition)
  const { status, body } = await ${camel(name)}.call({})
  assert.equal(status, 400)
  assert.equal((body as { errors: { field: string }[] }).errors[0]?.field, 'name')
})
`,
)
writeFileSync(
  join(root, 'triggers', `${name}.yml`),
  '# What calls it besides HTTP: topics, prefixes, schedules (docs/reference/triggers.md).\n{}\n',
)
process.stdout.write(
  `functions/${stage}/${name}/handler.ts, its test and triggers/${name}.yml are written; run: npx node --test functions/${stage}/${name}/handler.test.ts\n`,
)
// The reference and the manifests name every function, and tests hold them to that.
if (root === ROOT) {
  await import('../reference/main.ts')
  await writeManifests(readOptions([], ROOT))
}

function camel(kebab: string): string {
  return kebab.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
