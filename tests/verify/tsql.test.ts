import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT } from '../support/postgres.ts'
import { DEFINITIONS, KEYS, makePlain } from '../support/sqlserver-plain.ts'
import { createTableSql, literal, transactionSql } from './tsql.ts'

const run = promisify(execFile)

test('what is done to a real server is T-SQL, whatever the values are', async () => {
  const plain = makePlain(1)
  const statements = [
    ...DEFINITIONS.map(definition => createTableSql('cordage_verify', definition)),
    ...Array.from({ length: 100 }, () =>
      transactionSql('cordage_verify', plain.transaction().statements, KEYS),
    ),
  ]
  const program =
    'import json, sys, sqlglot\nfor text in json.load(sys.stdin): sqlglot.parse(text.replace("set xact_abort on;", ""), read="tsql")'
  const running = run(join(ROOT, '.venvs/test/bin/python'), ['-c', program])
  running.child.stdin?.end(JSON.stringify(statements))
  await running
})

test("a value's literal is the value", () => {
  const values = [null, true, 12n, -0.5, "O'Brien 😀", Buffer.from('00ff', 'hex')]
  assert.deepEqual(values.map(literal), ['null', '1', '12', '-0.5', "N'O''Brien 😀'", '0x00ff'])
})
