import type { ByteWriter } from './bytes.ts'
import { byteOf } from './code-page.ts'
import type { SqlType, Value } from './types.ts'
import type { Wire } from './wire.ts'

/** SQL_Latin1_General_CP1_CI_AS. */
export const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34])
const NULL_LENGTH = 0xffff
const MAX_LENGTH = 0xffff
const NULL_PLP = 0xffff_ffff_ffff_ffffn

/** How the characters of a kind of text travel: the bytes of a value, and their writing. */
type Characters = {
  bytes(value: NonNullable<Value>): number
  write(out: ByteWriter, value: NonNullable<Value>): void
}

const UTF16: Characters = {
  bytes: value => (value as string).length * 2,
  write: (out, value) => out.text(value as string),
}

const CODE_PAGE: Characters = {
  bytes: value => (value as string).length,
  write(out, value) {
    const text = value as string
    const at = out.take(text.length)
    for (let i = 0; i < text.length; i++) out.bytes[at + i] = byteOf(text.charCodeAt(i))
  },
}

const BYTES: Characters = {
  bytes: value => (value as Buffer).length,
  write: (out, value) => out.raw(value as Buffer),
}

type Kind = { token: number; characters: Characters; unit: number; collated: boolean }

const SIZED: { [name: string]: Kind } = {
  nvarchar: { token: 0xe7, characters: UTF16, unit: 2, collated: true },
  nchar: { token: 0xef, characters: UTF16, unit: 2, collated: true },
  varchar: { token: 0xa7, characters: CODE_PAGE, unit: 1, collated: true },
  char: { token: 0xaf, characters: CODE_PAGE, unit: 1, collated: true },
  varbinary: { token: 0xa5, characters: BYTES, unit: 1, collated: false },
  binary: { token: 0xad, characters: BYTES, unit: 1, collated: false },
}
const LONG: { [name: string]: Kind } = {
  text: { token: 0x23, characters: CODE_PAGE, unit: 1, collated: true },
  ntext: { token: 0x63, characters: UTF16, unit: 2, collated: true },
  image: { token: 0x22, characters: BYTES, unit: 1, collated: false },
}

export function wireText(type: SqlType): Wire | undefined {
  if (type.name === 'rowversion') return wireSized(SIZED.binary as Kind, 8)
  if (type.name === 'xml') return wireXml()
  if (type.name === 'uniqueidentifier') return wireGuid()
  const long = LONG[type.name]
  if (long) return wireLong(long)
  const sized = SIZED[type.name]
  if (!sized || !('length' in type)) return undefined
  return type.length === 'max' ? wireMax(sized) : wireSized(sized, type.length)
}

function writeSizedInfo(out: ByteWriter, { token, collated }: Kind, bytes: number): void {
  out.u8(token)
  out.u16(bytes)
  if (collated) out.raw(COLLATION)
}

function wireSized(kind: Kind, length: number): Wire {
  const { characters } = kind
  return {
    info: out => writeSizedInfo(out, kind, length * kind.unit),
    cell(out, value) {
      out.u16(characters.bytes(value))
      characters.write(out, value)
    },
    null: out => out.u16(NULL_LENGTH),
  }
}

/** `(max)` and xml travel in pieces, of which the double sends one. */
function wirePlp(info: Wire['info'], characters: Characters): Wire {
  return {
    info,
    cell(out, value) {
      const bytes = characters.bytes(value)
      out.uint(bytes, 6)
      out.u16(0)
      if (bytes > 0) {
        out.u32(bytes)
        characters.write(out, value)
      }
      out.u32(0)
    },
    null: out => out.u64(NULL_PLP),
  }
}

const wireMax = (kind: Kind) => wirePlp(out => writeSizedInfo(out, kind, MAX_LENGTH), kind.characters)

function wireXml(): Wire {
  return wirePlp(out => {
    out.u8(0xf1)
    // No schema collection.
    out.u8(0)
  }, UTF16)
}

const TEXT_POINTER = Buffer.alloc(16, 0x64)
const TEXT_TIMESTAMP = Buffer.alloc(8)

/** text, ntext and image have a pointer and a timestamp before their bytes. */
function wireLong(kind: Kind): Wire {
  const { token, characters, collated } = kind
  return {
    info(out) {
      out.u8(token)
      out.u32(kind.unit === 2 ? 0x7fff_fffe : 0x7fff_ffff)
      if (collated) out.raw(COLLATION)
      // The name of the table, in no parts.
      out.u8(0)
    },
    cell(out, value) {
      out.u8(TEXT_POINTER.length)
      out.raw(TEXT_POINTER)
      out.raw(TEXT_TIMESTAMP)
      out.u32(characters.bytes(value))
      characters.write(out, value)
    },
    null: out => out.u8(0),
  }
}

/** The first three groups of a GUID are little-endian. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

function wireGuid(): Wire {
  return {
    info(out) {
      out.u8(0x24)
      out.u8(16)
    },
    cell(out, value) {
      const bytes = Buffer.from((value as string).replaceAll('-', ''), 'hex')
      if (bytes.length !== 16) throw new TypeError(`not a GUID: ${value}`)
      out.u8(16)
      for (const from of GUID_ORDER) out.u8(bytes[from] as number)
    },
    null: out => out.u8(0),
  }
}

/** @returns the text of a GUID's sixteen bytes, in capitals as there */
export function readGuid(bytes: Buffer): string {
  const hex = GUID_ORDER.map(from => (bytes[from] as number).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
