import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import sql from 'mssql'
import type { Answer } from './answer.ts'
import type { Request } from './connection.ts'
import { SqlError } from './errors.ts'
import { listen, type TdsServer } from './server.ts'
import { column, type Value } from './types.ts'

const MANY = 1_000_000
const COLUMNS = [
  ...['int not null', 'bigint', 'decimal(18,4)', 'nvarchar(50)', 'datetime2(7)'],
  ...['bit', 'varchar(20)', 'money', 'float', 'date'],
].map((type, index) => column(`c${index}`, type))
const ROW: Value[] = [
  ...[1, 12_345_678_901n, '1234567.8900', 'Half-Finger Gloves', '2026-11-26T11:13:14.1234567'],
  ...[true, 'GL-H102-S', '24.4900', 0.5, '2026-11-26'],
]

let server: TdsServer
let faults: Error[] = []
let sessions = 0
let sent = 0
let requests: Request[] = []
const resets: boolean[] = []

function* manyRows(count: number) {
  for (let i = 0; i < count; i++) {
    sent += 1
    yield ROW
  }
}

async function* wait(signal: AbortSignal): Answer {
  await sleep(60_000, undefined, { signal })
  yield { changed: 0 }
}

function answer(request: Request, signal: AbortSignal): Answer {
  requests.push(request)
  if (request.kind === 'transaction') {
    const kind = request.action === 'save' ? 'begin' : request.action
    return [{ environment: { kind, descriptor: 7n } }]
  }
  if (request.kind === 'procedure') return [{ columns: [column('name', 'sysname')], rows: [[request.name]] }]
  const [, count] = /^select (\d+) rows$/.exec(request.text) ?? []
  if (count) return [{ columns: COLUMNS, rows: manyRows(Number(count)) }]
  if (/^set /i.test(request.text)) return []
  if (request.text === 'fatal') throw new SqlError(596, 'The session is in the kill state.', { severity: 21 })
  if (request.text === 'wait') return wait(signal)
  if (request.text === 'several')
    return [
      { changed: 3 },
      { columns: COLUMNS, rows: [ROW] },
      { columns: COLUMNS, rows: [] },
      { info: 'said' },
    ]
  if (request.text === 'break')
    return (function* (): Answer {
      yield { columns: COLUMNS, rows: [ROW] }
      throw new SqlError(1205, 'Deadlock.', { severity: 13 })
    })()
  return [{ columns: [column('p', 'nvarchar(max)')], rows: [[String(request.parameters[0]?.value ?? null)]] }]
}

before(async () => {
  server = await listen({
    logIn({ database }) {
      sessions += 1
      return { database, run: answer, reset: keeps => resets.push(keeps), leave: () => (sessions -= 1) }
    },
    onFault: error => faults.push(error),
  })
})
after(() => server.close())

async function open(t: { after(end: () => Promise<void>): void }, packetSize = 4096) {
  const pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'u',
    password: 'p',
    database: 'shop',
    pool: { max: 1 },
    requestTimeout: 30_000,
    options: { encrypt: false, packetSize } as sql.config['options'] & object,
  }).connect()
  t.after(() => pool.close())
  requests = []
  return pool
}

test('a million rows are streamed, no more at a time than are read', async t => {
  const pool = await open(t, 32_767)
  const request = pool.request()
  request.stream = true
  let seen = 0
  let most = 0
  // tedious itself is slower than the double: after some rows it stops reading, and the double has to stop too.
  const begun = once(request, 'row')
  request.on('row', () => {
    seen += 1
    if (seen === 20_000) request.pause()
  })
  sent = 0
  void request.query(`select ${MANY} rows`)
  await begun
  for (let i = 0; i < 20; i++) {
    await sleep(50)
    most = Math.max(most, sent - seen)
  }
  assert.ok(most < 200_000, `${most} rows were made before they were read`)
  const cancelled = once(request, 'error')
  request.cancel()
  await cancelled

  assert.ok((await countAnswer(`select ${MANY} rows`)) > MANY * 100)
})

test('an attention stops an answer half-way, and the connection can be used', async t => {
  const pool = await open(t)
  const request = pool.request()
  request.stream = true
  sent = 0
  const failed = once(request, 'error')
  request.once('row', () => request.cancel())
  void request.query(`select ${MANY} rows`)
  assert.equal((await failed)[0].code, 'ECANCEL')
  assert.ok(sent < MANY)
  assert.deepEqual((await pool.request().input('p', 'after').query('echo')).recordset, [{ p: 'after' }])
})

test('an attention ends a wait', async t => {
  const pool = await open(t)
  const request = pool.request()
  const failed = assert.rejects(request.query('wait'), { code: 'ECANCEL' })
  while (requests.length === 0) await sleep(5)
  request.cancel()
  await failed
  assert.deepEqual((await pool.request().query('echo')).recordset, [{ p: 'null' }])
})

test('several results, counts and messages come in one answer', async t => {
  const pool = await open(t)
  const { recordsets, rowsAffected } = await pool.request().batch('several')
  assert.deepEqual(
    (recordsets as unknown as unknown[][]).map(rows => rows.length),
    [1, 0],
  )
  assert.deepEqual(rowsAffected, [3, 1, 0])
})

test('an error after rows is an error', async t => {
  const pool = await open(t)
  await assert.rejects(pool.request().query('break'), { number: 1205, class: 13 })
  await assert.rejects(pool.request().batch('break'), { number: 1205 })
  assert.equal((await pool.request().batch('several')).recordset.length, 1)
})

test('a procedure is called by its name', async t => {
  const pool = await open(t)
  const { recordset } = await pool.request().input('mode', sql.Int, 1).execute('sys.sp_cdc_help_jobs')
  assert.deepEqual(recordset, [{ name: 'sys.sp_cdc_help_jobs' }])
  assert.deepEqual(requests.at(-1), {
    kind: 'procedure',
    name: 'sys.sp_cdc_help_jobs',
    parameters: [{ name: 'mode', value: 1, output: false }],
  })
})

test('a prepared statement runs with its parameters by name', async t => {
  const pool = await open(t)
  const prepared = new sql.PreparedStatement(pool)
  prepared.input('p', sql.NVarChar(20))
  await prepared.prepare('echo @p')
  assert.deepEqual((await prepared.execute({ p: 'one' })).recordset, [{ p: 'one' }])
  assert.deepEqual((await prepared.execute({ p: 'two' })).recordset, [{ p: 'two' }])
  await prepared.unprepare()
})

test('what was not prepared is error 8179', async t => {
  const pool = await open(t)
  const request = pool.request().input('handle', sql.Int, 99)
  await assert.rejects(request.execute('sp_execute'), { number: 8179 })
  assert.deepEqual((await pool.request().query('echo')).recordset, [{ p: 'null' }])
})

test('an error of severity 20 ends the connection', async () => {
  const { socket } = await logIn()
  const ended = once(socket, 'end')
  socket.resume()
  socket.write(batch('fatal'))
  await ended
  socket.destroy()
})

test('transactions are begun with an isolation level, saved and ended', async t => {
  const pool = await open(t)
  const transaction = new sql.Transaction(pool)
  await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT)
  await new sql.Request(transaction).query('echo')
  await transaction.commit()
  const told = requests.filter(request => request.kind === 'transaction')
  assert.deepEqual(
    told.map(({ action, isolation }) => [action, isolation]),
    [
      ['begin', 'snapshot'],
      ['commit', undefined],
    ],
  )
})

test('parameters arrive exactly', async t => {
  const pool = await open(t)
  const sending: [sql.ISqlType | (() => sql.ISqlType), unknown, string][] = [
    [sql.BigInt, '-9223372036854775808', '-9223372036854775808'],
    [sql.Int, -5, '-5'],
    [sql.TinyInt, 255, '255'],
    [sql.Bit, true, 'true'],
    [sql.Decimal(18, 4), 12_345.6789, '12345.6789'],
    [sql.Money, -0.0001, '-0.0001'],
    [sql.SmallMoney, 1.5, '1.5000'],
    [sql.Float, 0.1, '0.1'],
    [sql.Real, 0.25, '0.25'],
    [sql.NVarChar(20), '日本 😀', '日本 😀'],
    [sql.NVarChar(sql.MAX), 'x'.repeat(9000), 'x'.repeat(9000)],
    [sql.VarChar(20), 'Größe €', 'Größe €'],
    [sql.NChar(3), 'abc', 'abc'],
    [sql.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
    [sql.Date, new Date('2024-02-29T00:00:00Z'), '2024-02-29'],
    [sql.Time(3), new Date('1970-01-01T12:34:56.789Z'), '12:34:56.789'],
    [sql.DateTime2(7), new Date('1969-12-31T23:59:59.123Z'), '1969-12-31T23:59:59.1230000'],
    [sql.DateTimeOffset(3), new Date('2026-11-26T00:30:00.123Z'), '2026-11-26T00:30:00.123+00:00'],
    [sql.DateTime, new Date('2026-11-26T11:13:14.003Z'), '2026-11-26T11:13:14.003'],
    [sql.SmallDateTime, new Date('2026-11-26T11:13:00Z'), '2026-11-26T11:13:00'],
    [sql.Xml, '<a>ü</a>', '<a>ü</a>'],
    [sql.Int, null, 'null'],
    [sql.NVarChar(sql.MAX), null, 'null'],
    [sql.DateTime2(7), null, 'null'],
    [sql.Decimal(9, 2), null, 'null'],
  ]
  for (const [type, value, text] of sending) {
    const { recordset } = await pool.request().input('p', type, value).query('echo @p')
    assert.deepEqual(recordset, [{ p: text }], text.slice(0, 50))
  }
  await pool.request().input('p', sql.VarBinary(4), Buffer.from('00ff', 'hex')).query('echo @p')
  const last = requests.at(-1)
  assert.deepEqual(last?.kind === 'statement' && last.parameters[0]?.value, Buffer.from('00ff', 'hex'))
})

test('packets may be cut anywhere', async () => {
  const { socket, received } = await logIn(1)
  for (const byte of batch('echo')) {
    socket.write(Buffer.of(byte))
    if (Math.random() < 0.2) await sleep(0)
  }
  await received(answer => answer.at(-13) === 0xfd)
  socket.destroy()
})

test('a message in many small packets is one message', async () => {
  const { socket, received } = await logIn()
  requests = []
  const body = batch('echo with a long text').subarray(8)
  const pieces = [...body].map((byte, index) =>
    packet(0x01, Buffer.of(byte), index === body.length - 1 ? 1 : 0),
  )
  socket.write(Buffer.concat(pieces))
  await received(answer => answer.at(-13) === 0xfd)
  assert.equal((requests[0] as { text: string }).text, 'echo with a long text')
  socket.destroy()
})

test('the session is reset where the client says so', async () => {
  const { socket, received } = await logIn()
  socket.write(packet(0x01, batch('echo').subarray(8), 0x01 | 0x08))
  await received(answer => answer.includes(Buffer.from([0xe3, 3, 0, 18, 0, 0])))
  assert.deepEqual(resets.slice(-1), [false])
  socket.destroy()
})

test('what is no TDS closes its connection, and no other', async t => {
  const pool = await open(t)
  const rounds = 60
  let seed = 7
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }
  const noise = (count: number) =>
    Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)))
  faults = []
  for (let round = 0; round < rounds; round++) {
    const { socket } = round % 2 ? await logIn() : await dial()
    const type = [0x01, 0x03, 0x0e, 0x10, 0x12, 0x07, Math.floor(random() * 256)][round % 7] as number
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.write(round % 3 ? packet(type, noise(Math.floor(random() * 300)), 1) : noise(200))
    socket.end()
    await closed
  }
  assert.ok(faults.length > rounds / 3)
  assert.deepEqual((await pool.request().input('p', 'still here').query('echo')).recordset, [
    { p: 'still here' },
  ])
  while (sessions > 1) await sleep(5)
})

/** A client of the tests' own, which sends what no driver would. */
async function dial() {
  const socket = connect(server.port, '127.0.0.1')
  let answer = Buffer.alloc(0)
  socket.on('data', bytes => {
    answer = Buffer.concat([answer, bytes])
  })
  await once(socket, 'connect')
  const received = async (isComplete: (answer: Buffer) => boolean) => {
    while (!isComplete(answer)) await once(socket, 'data')
    answer = Buffer.alloc(0)
  }
  return { socket, received }
}

function packet(type: number, body: Buffer, status: number): Buffer {
  const head = Buffer.from([type, status, 0, 0, 0, 0, 1, 0])
  head.writeUInt16BE(body.length + 8, 2)
  return Buffer.concat([head, body])
}

const batch = (text: string) =>
  packet(0x01, Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.from(text, 'utf16le')]), 1)

async function logIn(piece = 10_000) {
  const client = await dial()
  const login = Buffer.alloc(94 + 2)
  login.writeUInt32LE(login.length)
  login.writeUInt32LE(0x74000004, 4)
  login.writeUInt32LE(32_767, 8)
  for (let field = 0; field < 9; field++) login.writeUInt16LE(94, 36 + field * 4)
  const bytes = packet(0x10, login, 1)
  for (let at = 0; at < bytes.length; at += piece) client.socket.write(bytes.subarray(at, at + piece))
  await client.received(answer => answer.at(-13) === 0xfd)
  return client
}

/** Reads an answer without making anything of it. @returns its bytes */
async function countAnswer(text: string): Promise<number> {
  const { socket } = await logIn()
  const size = await drain(socket, batch(text))
  socket.destroy()
  return size
}

function drain(socket: Socket, request: Buffer): Promise<number> {
  return new Promise(resolve => {
    let size = 0
    socket.removeAllListeners('data')
    socket.on('data', bytes => {
      size += bytes.length
      // The count of rows in the last DONE.
      if (bytes.length > 13 && bytes.at(-13) === 0xfd && bytes.readUIntLE(bytes.length - 8, 6) === MANY)
        resolve(size)
    })
    socket.write(request)
  })
}
