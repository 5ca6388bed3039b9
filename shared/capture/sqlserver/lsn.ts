/**
 * A place in a SQL Server's log: ten bytes, of a virtual log file (4), a block in it (4) and a slot in that (2). As one number
 * it is in the order of the log.
 */
export type Lsn = bigint

const BYTES = 10

/** @throws TypeError where it is not ten bytes */
export function readLsn(bytes: unknown): Lsn {
  if (!Buffer.isBuffer(bytes) || bytes.length !== BYTES)
    throw new TypeError(`a place in the log has ${BYTES} bytes`)
  return BigInt(`0x${bytes.toString('hex')}`)
}

export function lsnBytes(lsn: Lsn): Buffer {
  return Buffer.from(lsn.toString(16).padStart(BYTES * 2, '0'), 'hex')
}

/** As SQL Server's tools write it: `00000027:000001f4:0003`. */
export function formatLsn(lsn: Lsn): string {
  const [, file, block, slot] = /^(.{8})(.{8})(.{4})$/.exec(lsnBytes(lsn).toString('hex')) ?? []
  return `${file}:${block}:${slot}`
}

/** @throws TypeError where it is not what `formatLsn` gives */
export function parseLsn(text: string): Lsn {
  if (!/^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/i.test(text))
    throw new TypeError(`not a place in a log: ${text}`)
  return BigInt(`0x${text.replaceAll(':', '')}`)
}

/** From `numeric(25,0)`, as the views of transactions write it: the file, ten digits of the block and five of the slot. */
export function lsnOfDecimal(text: string): Lsn {
  const [, file = '', block, slot] = /^(\d+?)(\d{10})(\d{5})$/.exec(text.padStart(16, '0')) ?? []
  if (block === undefined || slot === undefined) throw new TypeError(`not a place in a log: ${text}`)
  return (BigInt(file) << 48n) | (BigInt(block) << 16n) | BigInt(slot)
}
