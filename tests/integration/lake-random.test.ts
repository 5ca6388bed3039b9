import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Row, Value } from '../../shared/config/index.ts'
import { type Column, openTable } from '../../shared/lake/index.ts'
import { append, asText, decimal, LakeReader, makeLake, type TestLake } from './lake-support.ts'

/** Random tables, written here, must be read alike by delta-rs and by DuckDB. */
const SEED = Number(process.env.SEED ?? 20261126)
const TABLES = Number(process.env.TABLES ?? 12)

let lake: TestLake
let reader: LakeReader
before(async () => {
  lake = await makeLake()
  reader = new LakeReader()
})
after(async () => {
  reader.close()
  await lake.remove()
})

/** Mulberry32: the same numbers for the same seed. */
function makeRandom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { next, below, pick: <T>(from: T[]): T => from[below(from.length)] as T }
}
type Random = ReturnType<typeof makeRandom>

const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.below(10)).join('')
const pad = (value: number, width = 2) => String(value).padStart(width, '0')
const day = (random: Random) =>
  `${pad(1 + random.below(9999), 4)}-${pad(1 + random.below(12))}-${pad(1 + random.below(28))}`
const time = (random: Random) =>
  `${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))}.${digits(random, 6)}`
/** Any character but the surrogates, which are none. */
const character = (random: Random) => {
  const point = random.below(random.pick([0x80, 0x800, 0xd800, 0x110000]))
  return String.fromCodePoint(point >= 0xd800 && point < 0xe000 ? 0xfffd : point)
}

function makeValue({ type }: Column, random: Random): Exclude<Value, null> {
  switch (type.kind) {
    case 'int':
      return random.pick([0, -1, 2 ** 31 - 1, -(2 ** 31), random.below(2 ** 31), -random.below(100)])
    case 'bigint':
      return String(BigInt.asIntN(64, BigInt(`${random.pick(['', '-'])}${digits(random, 19)}`)))
    case 'double':
      return random.pick<Value>([
        0,
        '-0',
        'NaN',
        'Infinity',
        '-Infinity',
        random.next(),
        -random.next() * 1e300,
        5e-324,
      ]) as number
    case 'boolean':
      return random.below(2) === 0
    case 'string':
      return Array.from({ length: random.pick([0, 1, 5, 63, 64, 65, 300]) }, () => character(random)).join('')
    case 'binary':
      return Buffer.from(
        Array.from({ length: random.pick([0, 1, 9, 200]) }, () => random.below(256)),
      ).toString('base64')
    case 'date':
      return day(random)
    case 'timestamp':
      return `${day(random)}T${time(random)}Z`
    case 'timestampNtz':
      return `${day(random)}T${time(random)}`
    case 'decimal': {
      const whole = digits(random, random.below(type.precision - type.scale + 1)) || '0'
      const fraction = digits(random, random.below(type.scale + 1))
      return `${random.pick(['', '-'])}${whole}${fraction && '.'}${fraction}`
    }
  }
}

const KINDS = [
  'int',
  'bigint',
  'double',
  'boolean',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestampNtz',
] as const

function makeRows(columns: Column[], random: Random): Row[] {
  const count = random.pick([1, 2, 40, 700, 2500])
  // Some columns repeat, so that they get a dictionary, some have no nulls, some nothing else.
  const makers = columns.map(column => {
    const nulls = random.pick([0, 0, 0.1, 0.9, 1])
    const values = random.below(2)
      ? Array.from({ length: 1 + random.below(20) }, () => makeValue(column, random))
      : undefined
    return () => (random.next() < nulls ? null : values ? random.pick(values) : makeValue(column, random))
  })
  return Array.from({ length: count }, (_, id) => ({
    id,
    ...Object.fromEntries(columns.map(({ name }, i) => [name, makers[i]?.() ?? null])),
  }))
}

/** Of two ways to write a number, and of a decimal with or without its last zeros, the number. */
function comparable({ type }: Column, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  if (type.kind === 'double') {
    const value = Number(text.replace('nan', 'NaN').replace('inf', 'Infinity'))
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (type.kind !== 'decimal') return text
  const [mantissa = '', exponent = '0'] = text.toUpperCase().split('E')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const unscaled = BigInt(`${whole}${fraction}`) * 10n ** BigInt(38 - fraction.length + Number(exponent))
  return `${mantissa.startsWith('-') && unscaled !== 0n ? '-' : ''}${unscaled}`
}

for (let table = 0; table < TABLES; table++)
  test(`a random table is read alike by delta-rs and DuckDB (SEED=${SEED + table})`, async () => {
    const random = makeRandom(SEED + table)
    const columns = Array.from({ length: 1 + random.below(12) }, (_, i): Column => {
      const precision = 1 + random.below(38)
      return {
        name: `c${i}`,
        type: random.below(3)
          ? { kind: random.pick([...KINDS]) }
          : decimal(precision, random.below(precision + 1)),
      }
    })
    const all: Column[] = [{ name: 'id', type: { kind: 'int' } }, ...columns]
    const rows = makeRows(columns, random)
    const opened = await openTable(lake.objects, `random${table}`)
    await append(opened, all, '6', rows)
    const expected = new Map(rows.map(row => [String(row.id), asText(all, row)]))
    for (const command of ['deltaRs', 'duckdb']) {
      const read = await reader.ask<Record<string, string | null>[]>({
        command,
        path: join(lake.root, `random${table}`),
        order: ['id'],
      })
      assert.equal(read.length, rows.length)
      for (const row of read)
        for (const column of columns)
          assert.equal(
            comparable(column, row[column.name]),
            comparable(column, expected.get(String(row.id))?.[column.name]),
            `${command}, ${JSON.stringify(column)} of ${row.id}`,
          )
    }
  })
