import type { ByteWriter } from './bytes.ts'
import type { SqlError } from './errors.ts'
import { column, type Value } from './types.ts'
import { wireOf } from './wire-of.ts'
import { COLLATION } from './wire-texts.ts'

const TOKEN = {
  returnStatus: 0x79,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  environment: 0xe3,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const

export const DONE = { more: 0x01, error: 0x02, inTransaction: 0x04, count: 0x10, attention: 0x20 } as const
export type DoneKind = 'done' | 'doneProcedure' | 'doneInProcedure'

const SERVER_NAME = 'DOUBLE'
const SELECT_COMMAND = 0xc1
const TDS_7_4 = [0x74, 0x00, 0x00, 0x04]
/** SQL Server 2022, as the answers of the double tell too. */
export const VERSION = { major: 16, minor: 0, build: 4125 }
const CHANGED_DATABASE = 5701

export function writeDone(out: ByteWriter, kind: DoneKind, status: number, count = 0): void {
  out.u8(TOKEN[kind])
  out.u16(status)
  out.u16((status & DONE.count) === 0 ? 0 : SELECT_COMMAND)
  out.uint(count, 6)
  out.u16(0)
}

/** A token whose length, in two bytes, is known once it is written. */
function sized(out: ByteWriter, token: number, write: () => void): void {
  out.u8(token)
  const at = out.take(2)
  write()
  out.bytes.writeUInt16LE(out.length - at - 2, at)
}

/** The longest text of an error there. */
const MAX_TEXT = 2047

export function writeError(out: ByteWriter, error: SqlError): void {
  sized(out, TOKEN.error, () =>
    writeText(out, error.number, error.state, error.severity, error.message, error.line),
  )
}

export function writeInfo(out: ByteWriter, number: number, text: string): void {
  sized(out, TOKEN.info, () => writeText(out, number, 1, 0, text, 1))
}

function writeText(
  out: ByteWriter,
  number: number,
  state: number,
  severity: number,
  text: string,
  line: number,
): void {
  out.u32(number)
  out.u8(state)
  out.u8(severity)
  out.longText(text.slice(0, MAX_TEXT))
  out.shortText(SERVER_NAME)
  out.shortText('')
  out.u32(line)
}

/** What the client is told of its session's surroundings. */
export type Environment =
  | { kind: 'database'; from: string; to: string }
  | { kind: 'begin' | 'commit' | 'rollback'; descriptor: bigint }
  | { kind: 'reset' }

export function writeEnvironment(out: ByteWriter, change: Environment): void {
  sized(out, TOKEN.environment, () => {
    switch (change.kind) {
      case 'database':
        out.u8(1)
        out.shortText(change.to)
        out.shortText(change.from)
        break
      case 'begin':
        out.u8(8)
        out.u8(8)
        out.u64(change.descriptor)
        out.u8(0)
        break
      case 'commit':
      case 'rollback':
        out.u8(change.kind === 'commit' ? 9 : 10)
        out.u8(0)
        out.u8(8)
        out.u64(change.descriptor)
        break
      case 'reset':
        out.u8(18)
        out.u16(0)
    }
  })
  if (change.kind === 'database')
    writeInfo(out, CHANGED_DATABASE, `Changed database context to '${change.to}'.`)
}

export function writeLoginAccepted(
  out: ByteWriter,
  database: string,
  packetBytes: number,
  firstBytes: number,
) {
  writeEnvironment(out, { kind: 'database', from: 'master', to: database })
  sized(out, TOKEN.environment, () => {
    out.u8(7)
    out.u8(COLLATION.length)
    out.raw(COLLATION)
    out.u8(0)
  })
  sized(out, TOKEN.environment, () => {
    out.u8(2)
    out.shortText('us_english')
    out.shortText('')
  })
  sized(out, TOKEN.loginAck, () => {
    out.u8(1)
    for (const byte of TDS_7_4) out.u8(byte)
    out.shortText('Microsoft SQL Server')
    out.u8(VERSION.major)
    out.u8(VERSION.minor)
    out.u8(VERSION.build >> 8)
    out.u8(VERSION.build & 255)
  })
  sized(out, TOKEN.environment, () => {
    out.u8(4)
    out.shortText(String(packetBytes))
    out.shortText(String(firstBytes))
  })
}

export function writeReturnStatus(out: ByteWriter, status: number): void {
  out.u8(TOKEN.returnStatus)
  out.u32(status)
}

/** The value of an output parameter. */
export function writeReturnValue(
  out: ByteWriter,
  { ordinal, name, type, value }: { ordinal: number; name: string; type: string; value: Value },
): void {
  const described = column(name, type)
  const wire = wireOf(described.type, true)
  out.u8(TOKEN.returnValue)
  out.u16(ordinal)
  out.shortText(name)
  out.u8(1)
  out.u32(0)
  out.u16(0)
  wire.info(out)
  if (value === null) wire.null(out)
  else wire.cell(out, value)
}
