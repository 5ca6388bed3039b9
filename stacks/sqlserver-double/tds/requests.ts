import { ByteReader } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import { readParameter } from './read-parameter.ts'
import type { Value } from './types.ts'

/** A parameter as it was sent, its name without the `@`. */
export type Parameter = { name: string; value: Value; output: boolean }

export type ProcedureCall = { procedure: string; parameters: Parameter[] }

export type Isolation =
  | 'read uncommitted'
  | 'read committed'
  | 'repeatable read'
  | 'serializable'
  | 'snapshot'

/** What a client's transaction manager asks for; a name is a savepoint's, or the transaction's own. */
export type TransactionRequest = {
  action: 'begin' | 'commit' | 'rollback' | 'save'
  name: string
  /** Undefined: as it is. */
  isolation: Isolation | undefined
  /** Begins another at once. */
  andBegin: boolean
}

/** ALL_HEADERS come first; the double needs none of them. */
function skipHeaders(reader: ByteReader): void {
  const length = reader.u32()
  if (length < 4) throw new ProtocolError(`headers of ${length} bytes`)
  reader.skip(length - 4)
}

export function readBatch(body: Buffer): string {
  const reader = new ByteReader(body)
  skipHeaders(reader)
  return reader.text(Math.floor(reader.left / 2))
}

const NUMBERED = 0xffff
const PROCEDURES: { [id: number]: string } = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  3: 'sp_cursorprepare',
  4: 'sp_cursorexecute',
  5: 'sp_cursorprepexec',
  6: 'sp_cursorunprepare',
  7: 'sp_cursorfetch',
  8: 'sp_cursoroption',
  9: 'sp_cursorclose',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
}
/** What stands between two calls in one message. */
const SEPARATORS = new Set([0x80, 0xff, 0xfe])
const OUTPUT = 0x01

/** Calls of procedures; drivers put several into one message. */
export function readCalls(body: Buffer): ProcedureCall[] {
  const reader = new ByteReader(body)
  skipHeaders(reader)
  const calls: ProcedureCall[] = []
  while (reader.left > 0) {
    calls.push(readCall(reader))
    if (reader.left > 0) reader.u8()
  }
  return calls
}

function readCall(reader: ByteReader): ProcedureCall {
  const length = reader.u16()
  const procedure = length === NUMBERED ? PROCEDURES[reader.u16()] : reader.text(length)
  if (procedure === undefined) throw new ProtocolError('a call of a procedure by an unknown number')
  reader.u16()
  const parameters: Parameter[] = []
  while (reader.left > 0 && !SEPARATORS.has(reader.peek())) {
    const name = reader.shortText().replace(/^@/, '')
    const output = (reader.u8() & OUTPUT) !== 0
    parameters.push({ name, value: readParameter(reader), output })
  }
  return { procedure, parameters }
}

const ACTIONS: { [type: number]: TransactionRequest['action'] } = {
  5: 'begin',
  7: 'commit',
  8: 'rollback',
  9: 'save',
}
const ISOLATIONS: (Isolation | undefined)[] = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'snapshot',
]

export function readTransaction(body: Buffer): TransactionRequest {
  const reader = new ByteReader(body)
  skipHeaders(reader)
  const type = reader.u16()
  const action = ACTIONS[type]
  if (action === undefined) throw new ProtocolError(`a transaction manager request of type ${type}`)
  if (action === 'begin') {
    const isolation = ISOLATIONS[reader.u8()]
    return { action, isolation, name: readName(reader), andBegin: false }
  }
  const name = readName(reader)
  if (action === 'save' || reader.left === 0 || (reader.u8() & 1) === 0)
    return { action, name, isolation: undefined, andBegin: false }
  return { action, name, isolation: ISOLATIONS[reader.u8()], andBegin: true }
}

/** Its length is in bytes. */
const readName = (reader: ByteReader) => reader.slice(reader.u8()).toString('utf16le')

/** The names of parameters as sp_executesql and its like have them declared: `@a int, @b decimal(9, 2)`. */
export function readDeclarations(text: string): string[] {
  return text
    .replaceAll(/\([^()]*\)/g, '')
    .split(',')
    .map(declared => /^\s*@(\S+)/.exec(declared)?.[1])
    .filter(name => name !== undefined)
}
