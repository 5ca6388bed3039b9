import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { before, test } from 'node:test'
import { ROOT } from '../support/postgres.ts'

type Import = { file: string; imported: string }

const FORBIDDEN: Import[] = [
  { file: 'shared/errors/index.ts', imported: '../store/index.ts' },
  { file: 'shared/store/index.ts', imported: '../bus/index.ts' },
  { file: 'shared/python/index.ts', imported: '../warehouse/index.ts' },
  { file: 'shared/bus/index.ts', imported: '../capture/index.ts' },
  { file: 'shared/events/index.ts', imported: '../contract/index.ts' },
  { file: 'shared/contract/resources/store.ts', imported: '../../../stacks/local/stack.ts' },
  { file: 'functions/search/search-products/handler.ts', imported: '../index-products/tables.ts' },
  { file: 'functions/search/search-products/handler.ts', imported: '../../report/read-mart/handler.ts' },
  { file: 'functions/search/search-products/handler.ts', imported: '../../../stacks/local/stack.ts' },
  { file: 'stacks/local/stack.ts', imported: '../../functions/search/search-products/handler.ts' },
]

const ALLOWED: Import[] = [
  { file: 'shared/contract/resources/store.ts', imported: '../../store/index.ts' },
  { file: 'shared/capture/state.ts', imported: '../bus/index.ts' },
  { file: 'functions/search/search-products/handler.ts', imported: './query.ts' },
  { file: 'functions/search/search-products/handler.ts', imported: '../../../shared/bus/index.ts' },
  {
    file: 'functions/search/search-products/handler.test.ts',
    imported: '../../../tests/support/function.ts',
  },
]

/** Files of a tree with our linter's settings in which an import was refused. */
let refused: Set<string>
const fileOf = ({ file, imported }: Import) =>
  file.replace(/(\.test)?\.ts$/, `-${imported.replaceAll(/[^a-z]+/g, '-')}$1.ts`)

before(() => {
  const root = mkdtempSync(join(tmpdir(), 'cordage-layers-'))
  try {
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<
      string,
      unknown
    >
    writeFileSync(join(root, 'biome.json'), JSON.stringify(config))
    for (const given of [...FORBIDDEN, ...ALLOWED]) {
      const file = join(root, fileOf(given))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `import { something } from '${given.imported}'\nexport const used = something\n`)
    }
    const biome = join(ROOT, 'node_modules', '.bin', 'biome')
    const { stdout, stderr } = spawnSync(biome, ['lint', '--reporter=github', '--max-diagnostics=none'], {
      cwd: root,
      encoding: 'utf8',
    })
    const lines = stdout.split('\n').filter(line => line.includes('noRestrictedImports'))
    assert.ok(lines.length > 0, stdout + stderr)
    refused = new Set(lines.map(line => relative(root, /file=([^,]+)/.exec(line)?.[1] ?? '')))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

for (const given of FORBIDDEN)
  test(`the linter refuses that ${given.file} imports ${given.imported}`, () => {
    assert.ok(refused.has(fileOf(given)))
  })

for (const given of ALLOWED)
  test(`the linter lets ${given.file} import ${given.imported}`, () => {
    assert.ok(!refused.has(fileOf(given)))
  })
