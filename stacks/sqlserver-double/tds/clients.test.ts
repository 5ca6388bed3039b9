import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import sql from 'mssql'
import { makeCertificate } from '../../../tests/infra/certificate.ts'
import { ROOT } from '../../../tests/support/postgres.ts'
import type { Answer } from './answer.ts'
import type { Endpoint, Request } from './connection.ts'
import { SqlError } from './errors.ts'
import { everyColumn, everyFirmColumn, everyRow } from './every-type.ts'
import { listen, type TdsServer } from './server.ts'
import { column, type Value } from './types.ts'

const USER = 'cordage'
const PASSWORD = 'geh€im'

function* answer(request: Request): Answer {
  if (request.kind !== 'statement') return
  if (request.text === 'select every type') {
    yield { columns: everyColumn, rows: everyRow }
    yield { columns: everyFirmColumn, rows: everyRow.slice(0, 3) }
  } else if (/as p/.test(request.text)) {
    const [, literal] = /N?'((?:[^']|'')*)'/.exec(request.text) ?? []
    const value = request.parameters[0]?.value ?? literal?.replaceAll("''", "'") ?? null
    yield { columns: [column('p', 'nvarchar(max)')], rows: [[value]] }
  } else if (request.text === 'raise') {
    throw new SqlError(313, 'An insufficient number of arguments were supplied.', { state: 3, line: 7 })
  }
}

const endpoint = (tls?: Endpoint['tls']): Endpoint => ({
  tls,
  logIn({ user, password, database }) {
    if (user !== USER || password !== PASSWORD)
      throw new SqlError(18_456, `Login failed for user '${user}'.`, { severity: 14 })
    return { database, run: answer, reset() {}, leave() {} }
  },
})

let plain: TdsServer
let encrypted: TdsServer
const folder = mkdtempSync(join(tmpdir(), 'double-'))

before(async () => {
  const certificate = await makeCertificate(folder)
  plain = await listen(endpoint())
  encrypted = await listen(endpoint(certificate))
})
after(async () => {
  await plain.close()
  await encrypted.close()
  rmSync(folder, { recursive: true })
})

const connect = (port: number, encrypt: boolean) =>
  new sql.ConnectionPool({
    server: '127.0.0.1',
    port,
    user: USER,
    password: PASSWORD,
    database: 'shop',
    pool: { max: 1 },
    options: { encrypt, trustServerCertificate: true, useUTC: true },
  }).connect()

/** What each client makes of a value, so far as it can hold it. */
const KINDS = everyColumn.map(({ type }) => type)
const isTime = /^(date|time|smalldatetime)/
const expected = (
  row: readonly Value[],
  write: (value: NonNullable<Value>, type: (typeof KINDS)[number]) => unknown,
) => row.map((value, index) => (value === null ? null : write(value, KINDS[index] as (typeof KINDS)[number])))

/** Python has microseconds. */
const inPython = (value: NonNullable<Value>, { name }: (typeof KINDS)[number]) => {
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value === 'boolean' || name === 'float' || name === 'real') return value
  if (name === 'date' || !isTime.test(name)) return String(value)
  const [, clock = '', fraction = '', zone = ''] =
    /^(.*?\d\d:\d\d:\d\d)(?:\.(\d+))?([+-].*)?$/.exec(String(value)) ?? []
  return `${clock}.${fraction.padEnd(7, '0').slice(0, 6)}${zone}`
}

/** tedious has numbers for decimals, and Date with its seventh digit beside it for times. */
const inTedious = (value: NonNullable<Value>, { name }: (typeof KINDS)[number]) => {
  if (name === 'decimal' || name === 'numeric' || name === 'money' || name === 'smallmoney')
    return Number(value).toPrecision(14)
  if (typeof value === 'bigint') return String(value)
  if (!isTime.test(name)) return value
  const text = name === 'time' ? `1970-01-01T${value}` : String(value)
  return Date.parse(/T.*[+-]/.test(text) ? text : `${text.includes('T') ? text : `${text}T00:00:00`}Z`)
}
const ofTedious = (value: unknown, index: number) => {
  if (value instanceof Date) return value.getTime()
  const name = KINDS[index]?.name
  return typeof value === 'number' && name && /decimal|numeric|money/.test(name)
    ? value.toPrecision(14)
    : value
}

for (const encrypt of [false, true]) {
  const name = encrypt ? 'through TLS' : 'in the clear'
  const serverOf = () => (encrypt ? encrypted : plain)

  test(`tedious reads every type at its ends, and null, ${name}`, async () => {
    const pool = await connect(serverOf().port, encrypt)
    const { recordsets } = await pool.request().query('select every type')
    const [loose, firm] = recordsets as unknown as Record<string, unknown>[][]
    const rows = [...(loose ?? []), ...(firm ?? [])].map(row => Object.values(row).map(ofTedious))
    assert.deepEqual(
      rows,
      [...everyRow, ...everyRow.slice(0, 3)].map(row => expected(row, inTedious)),
    )
    const seventh = loose?.[1]?.moment7 as Date & { nanosecondsDelta: number }
    assert.equal(seventh.nanosecondsDelta, 0.000_999_9)
    await pool.close()
  })

  test(`${encrypt ? 'pymssql reads' : 'python-tds and pymssql read'} every type, parameters and errors, ${name}`, async () => {
    const { stdout } = await promisify(execFile)(
      join(ROOT, '.venvs/test/bin/python'),
      [
        join(ROOT, 'tests/support/read_sqlserver_double.py'),
        ...[String(serverOf().port), USER, PASSWORD, 'shop', encrypt ? 'tls' : 'clear'],
        ...['select every type', 'select %s as p', 'raise'],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    )
    const answers = JSON.parse(stdout) as Record<string, [unknown[][], unknown, { error: string }]>
    for (const client of encrypt ? ['pymssql'] : ['pytds', 'pymssql']) {
      const [rows, parameter, failed] = answers[client] ?? []
      assert.deepEqual(
        rows,
        everyRow.map(row => expected(row, inPython)),
        client,
      )
      assert.deepEqual(parameter, [["O'Brien"]], client)
      assert.match(failed?.error ?? '', /insufficient number of arguments/, client)
    }
  })
}

test('a client that wants no encryption is told that the server requires it', async () => {
  await assert.rejects(connect(encrypted.port, false), /requires encryption/)
})

test('a wrong password is error 18456', async () => {
  const wrong = {
    server: '127.0.0.1',
    port: plain.port,
    user: USER,
    password: 'wrong',
    options: { encrypt: false },
  }
  await assert.rejects(new sql.ConnectionPool(wrong).connect(), { code: 'ELOGIN', message: /Login failed/ })
})

test('number, state and line of an error arrive', async () => {
  const pool = await connect(plain.port, false)
  await assert.rejects(pool.request().query('raise'), { number: 313, state: 3, lineNumber: 7, class: 16 })
  assert.deepEqual((await pool.request().input('p', 'next').query('select @p as p')).recordset, [
    { p: 'next' },
  ])
  await pool.close()
})
