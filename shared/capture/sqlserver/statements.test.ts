import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT } from '../../../stacks/project.ts'
import { listStatements } from '../../../stacks/reference/sqlserver.ts'
import { captureStatements } from '../../../stacks/sqlserver-double/answers/capture.ts'
import { driverStatements } from '../../../stacks/sqlserver-double/answers/drivers.ts'
import { makeRegistry } from '../../../stacks/sqlserver-double/answers/registry.ts'

/** T-SQL that sqlglot does not know. */
const UNKNOWN_TO_SQLGLOT = [
  'set transaction isolation level snapshot;',
  'set transaction isolation level read committed;',
  'save transaction cordage;',
]
/** Prints of each text the statements that do not parse, or that are passed over without being parsed. */
const PARSE = `
import json, sys, sqlglot
from sqlglot import exp
wrong = []
for name, text in json.load(sys.stdin):
    try:
        for statement in sqlglot.parse(text, read="tsql"):
            wrong += [f"{name}: not parsed: {command.sql()}" for command in statement.find_all(exp.Command)]
    except sqlglot.ParseError as error:
        wrong.append(f"{name}: {error}")
print(json.dumps(wrong))
`

/** What stands in holes, where the double takes whatever the source file says. */
const HOLES =
  /(?<=c\.\[__\$update_mask\], ).+|(?<=top \(@limit\) )\[.+|\[dbo\]\.\[Product\]|\[dbo_Product_CT\]|(?<=where )\[.+|(?<=order by )\[.+|\b2000\b|@t0/g
const TOKENS = /'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|@{0,2}\w+|[<>]=|[^\s\w]/g
const OPERATORS: Record<string, string> = { '>': '>=', '>=': '>', '<=': '<', '=': '<>', and: 'or', or: 'and' }

/** A registry that recognises statements and answers nothing. */
const double = makeRegistry<undefined>(
  [...driverStatements, ...captureStatements].map(recogniser => ({ ...recogniser, answer: () => [] })),
)
const ask = (text: string) => double.answer({ text, parameters: [] }, undefined, new AbortController().signal)

function cut(text: string, { index }: { index: number }, length: number, instead = ''): string {
  return text.slice(0, index) + instead + text.slice(index + length)
}

/** A statement with one word, sign or column of its order left out, or changed into another. */
function* mutants(text: string): Generator<string> {
  const holes = [...text.matchAll(HOLES)]
  const isInHole = ({ index }: { index: number }) =>
    holes.some(hole => hole.index <= index && index < hole.index + hole[0].length)
  for (const token of text.matchAll(TOKENS)) {
    if (isInHole(token)) continue
    const [word] = token
    yield cut(text, token, word.length)
    yield cut(text, token, word.length, OPERATORS[word] ?? (/\w$/.test(word) ? `${word}x` : `${word}${word}`))
  }
  const order = /(?<=order by )[^[].*$/m.exec(text)
  const columns = order?.[0].split(', ') ?? []
  for (const [i] of columns.entries())
    if (order && columns.length > 1)
      yield cut(text, order, order[0].length, columns.filter((_, at) => at !== i).join(', '))
}

test('every statement is T-SQL', async () => {
  const texts = listStatements().map(({ name, text }) => [
    name,
    UNKNOWN_TO_SQLGLOT.reduce((rest, unknown) => rest.replace(unknown, ''), text),
  ])
  const running = promisify(execFile)(join(ROOT, '.venvs/test/bin/python'), ['-c', PARSE])
  running.child.stdin?.end(JSON.stringify(texts))
  assert.deepEqual(JSON.parse((await running).stdout), [])
})

test('the double knows every statement, and none of them with a word left out or changed', () => {
  for (const { name, text } of listStatements()) {
    assert.doesNotThrow(() => ask(text), name)
    const changed = [...mutants(text)]
    assert.ok(changed.length >= 4, name)
    for (const mutant of changed) assert.throws(() => ask(mutant), { number: 102 }, `${name}: ${mutant}`)
  }
})
