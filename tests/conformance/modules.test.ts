import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/postgres.ts'

/** A file that is longer holds more than one thing. */
const MAX_LINES = 400

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** What a file imports of ours, types too. */
function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(/(?:from|import) ?\(?'(\.[^']+\.ts)'/g)
  return [...found].map(([, path = '']) => normalize(join(dirname(file), path)))
}

test('no circle of imports, of types neither', () => {
  const imports = new Map(files.map(file => [file, importsOf(file)]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file)) return
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  assert.deepEqual(circles, [])
})

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = files.map(file => [file, textOf(file).split('\n').length - 1] as const)
  assert.deepEqual(
    long.filter(([, lines]) => lines > MAX_LINES),
    [],
  )
})
