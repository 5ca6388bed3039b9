import { type BusRecord, type Encoded, toJson } from './record.ts'

/** Large enough that a batch is a few chunks, small enough that the rest of a nearly used one costs little. */
const SLAB_BYTES = 512 * 1024
const BRACE = '}'.charCodeAt(0)
const COMMA = ','.charCodeAt(0)

/** Writes events one after the other, outside the heap: `head` is an event's JSON up to its data. */
export function makeEncoder(): (head: string, data: Buffer) => Encoded {
  let slab = Buffer.alloc(0)
  let end = 0
  return (head, value) => {
    const most = 3 * head.length + value.length + 2
    if (end + most > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, most))
      end = 0
    }
    const from = end
    const data = from + slab.write(head, from)
    const brace = data + value.copy(slab, data)
    slab[brace] = BRACE
    slab[brace + 1] = COMMA
    end = brace + 2
    return { slab, from, data, to: brace + 1 }
  }
}

/** The data of an encoded event, as text. */
export function dataOf({ slab, data, to }: Encoded): string {
  return slab.toString('utf8', data, to - 1)
}

/** A record's data, byte for byte as they were on the bus. */
export function dataBytesOf({ encoded, value }: Pick<BusRecord, 'encoded' | 'value'>): Buffer {
  return encoded ? encoded.slab.subarray(encoded.data, encoded.to - 1) : Buffer.from(value)
}

/** Events as a JSON array of CloudEvents. Adjacent ones are copied as one slice. */
export function toJsonBatch(records: BusRecord[]): Buffer[] {
  const runs: { slab: Buffer; from: number; to: number }[] = []
  for (const { encoded } of records) {
    if (!encoded) return [Buffer.from(`[${records.map(toJson).join()}]`)]
    const { slab, from, to } = encoded
    const run = runs.at(-1)
    if (run?.slab === slab && run.to + 1 === from) run.to = to
    else runs.push({ slab, from, to })
  }
  const pieces = runs.flatMap(({ slab, from, to }, i) => [
    ...(i === 0 ? [] : [Buffer.from(',')]),
    slab.subarray(from, to),
  ])
  return [Buffer.from('['), ...pieces, Buffer.from(']')]
}
