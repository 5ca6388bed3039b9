import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../project.ts'

const pages = execFileSync('git', ['ls-files', '*.md', ':!shared/models'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean)
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

test('every link in the documentation leads to a file that is there', () => {
  assert.ok(pages.length > 5)
  for (const page of pages)
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page} links to ${target}`)
})

test('every test that the documentation names is there', () => {
  let named = 0
  for (const page of pages)
    for (const [, file = '', title] of read(page).matchAll(
      /`((?:functions|shared|stacks|tests)\/[\w./-]+\.test\.ts|tests\/support\/[\w-]+\.ts)`(?:: ([^|\n)]+))?/g,
    )) {
      assert.ok(existsSync(join(ROOT, file)), `${page} names ${file}`)
      if (title === undefined) continue
      named += 1
      assert.ok(read(file).includes(title.trim()), `${page}: ${file} has no test "${title.trim()}"`)
    }
  assert.ok(named > 5)
})

test('every command that the documentation tells is one that there is', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const targets = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name))
  for (const page of pages) {
    for (const [, script = ''] of read(page).matchAll(/npm run ([a-z-]+)/g))
      assert.ok(script in scripts, `${page}: npm run ${script}`)
    for (const [, target] of read(page).matchAll(/^(?:[A-Z]+=\S+ )?make ([a-z-]+)/gm))
      assert.ok(targets.has(target), `${page}: make ${target}`)
  }
})
