import { ProtocolError } from './errors.ts'
import { FIRST_PACKET_BYTES } from './packets.ts'
import { VERSION } from './tokens.ts'

/** What a client says when it logs in. */
export type Login = {
  user: string
  password: string
  /** Empty where the client leaves it to the login. */
  database: string
  application: string
  host: string
  /** `ApplicationIntent=ReadOnly`. */
  readOnly: boolean
  /** Windows' own login, without a password. */
  integrated: boolean
  tdsVersion: number
  packetBytes: number
}

const MIN_PACKET_BYTES = 512
const MAX_PACKET_BYTES = 32_767
const FIXED_BYTES = 94
const INTEGRATED = 0x80
const READ_ONLY = 0x20

/** Reads LOGIN7: fixed fields, then places and lengths of texts. */
export function readLogin(body: Buffer): Login {
  if (body.length < FIXED_BYTES) throw new ProtocolError(`a login of ${body.length} bytes`)
  const bytesOf = (field: number) => {
    const at = body.readUInt16LE(36 + field * 4)
    const length = body.readUInt16LE(38 + field * 4) * 2
    if (at + length > body.length) throw new ProtocolError('a login whose texts lie past its end')
    return body.subarray(at, at + length)
  }
  const textOf = (field: number) => bytesOf(field).toString('utf16le')
  const asked = body.readUInt32LE(8)
  return {
    host: textOf(0),
    user: textOf(1),
    password: uncover(bytesOf(2)),
    application: textOf(3),
    database: textOf(8),
    readOnly: (body.readUInt8(26) & READ_ONLY) !== 0,
    integrated: (body.readUInt8(25) & INTEGRATED) !== 0,
    tdsVersion: body.readUInt32LE(4),
    packetBytes: asked >= MIN_PACKET_BYTES && asked <= MAX_PACKET_BYTES ? asked : FIRST_PACKET_BYTES,
  }
}

/** A password's bytes have their halves exchanged and some bits turned over. */
function uncover(bytes: Buffer): string {
  return Buffer.from(bytes.map(byte => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 255)).toString(
    'utf16le',
  )
}

const OPTION = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const

/** ENCRYPT_NOT_SUP, ENCRYPT_ON, ENCRYPT_REQ. */
const ENCRYPTION = { off: 0x00, on: 0x01, notSupported: 0x02, required: 0x03 } as const

/** @returns the ENCRYPTION byte of a client's PRELOGIN */
export function readEncryption(body: Buffer): number {
  for (let at = 0; body[at] !== OPTION.end; at += 5) {
    if (at + 5 > body.length) throw new ProtocolError('a PRELOGIN without an end')
    if (body[at] !== OPTION.encryption) continue
    const value = body[body.readUInt16BE(at + 1)]
    if (value === undefined) throw new ProtocolError('a PRELOGIN whose options lie past its end')
    return value
  }
  return ENCRYPTION.notSupported
}

/** The answer to PRELOGIN. A double with a key takes encrypted connections only, and tells a client that wants none so. */
export function writePrelogin(client: number, encrypts: boolean): Buffer {
  const wanted = client === ENCRYPTION.on || client === ENCRYPTION.required
  const encryption = encrypts ? (wanted ? ENCRYPTION.on : ENCRYPTION.required) : ENCRYPTION.notSupported
  const options: [number, number[]][] = [
    [OPTION.version, [VERSION.major, VERSION.minor, VERSION.build >> 8, VERSION.build & 255, 0, 0]],
    [OPTION.encryption, [encryption]],
    [OPTION.instance, [0]],
    [OPTION.thread, []],
    [OPTION.mars, [0]],
  ]
  const head: number[] = []
  const data: number[] = []
  const dataStart = options.length * 5 + 1
  for (const [option, value] of options) {
    const at = dataStart + data.length
    head.push(option, at >> 8, at & 255, 0, value.length)
    data.push(...value)
  }
  return Buffer.from([...head, OPTION.end, ...data])
}
