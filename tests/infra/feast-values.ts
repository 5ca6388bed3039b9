/** Feast's online tables read without Feast: keys of version 3, and values, which are protobuf messages of one field. */

export type Feature = string | number | boolean | null

const STRING = 2
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The key of an entity that has one join key, which is a text. */
export function entityKey(name: string, value: string): Buffer {
  const [names, values] = [Buffer.from(name), Buffer.from(value)]
  return Buffer.concat([
    u32(1),
    u32(STRING),
    u32(names.length),
    names,
    u32(STRING),
    u32(values.length),
    values,
  ])
}

/** Number of the field in feast.types.Value, by Arrow's name of its type. */
const FIELDS: Record<string, number> = { string: 2, int32: 3, double: 5, bool: 7 }

/** @throws where the value is of another type than this */
export function readValue(bytes: Buffer, type: string): Feature {
  if (bytes.length === 0) return null
  const field = (bytes[0] ?? 0) >> 3
  if (field === 1) return null
  if (field !== FIELDS[type]) throw new Error(`field ${field} is no ${type}`)
  if (type === 'double') return bytes.readDoubleLE(1)
  const { value, end } = readVarint(bytes, 1)
  if (type === 'string') return bytes.subarray(end, end + Number(value)).toString()
  return type === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value))
}

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n
  for (let at = start, shift = 0n; at < bytes.length; at++, shift += 7n) {
    const byte = bytes[at] ?? 0
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return { value, end: at + 1 }
  }
  throw new Error('a number has no end')
}
