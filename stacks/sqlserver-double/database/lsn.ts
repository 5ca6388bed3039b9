/**
 * A log sequence number: twenty hex digits, which are ten bytes. Four tell the virtual log file, four the block, two the
 * slot; texts of that length sort as the bytes do.
 */
export type Lsn = string

export const NO_LSN: Lsn = '0'.repeat(20)

const hex = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0')

export const makeLsn = (vlf: number, block: number, slot: number): Lsn =>
  hex(vlf, 4) + hex(block, 4) + hex(slot, 2)

export const lsnToBytes = (lsn: Lsn) => Buffer.from(lsn, 'hex')

export function lsnFromBytes(bytes: unknown): Lsn {
  if (!Buffer.isBuffer(bytes)) throw new TypeError(`not the bytes of an LSN: ${bytes}`)
  return bytes.toString('hex').padEnd(20, '0').slice(0, 20)
}

const partsOf = (lsn: Lsn) => [lsn.slice(0, 8), lsn.slice(8, 16), lsn.slice(16)] as const

/** As views of the log show it: `00000027:00000758:0005`. */
export const lsnWithColons = (lsn: Lsn) => partsOf(lsn).join(':')

/** As views of transactions show it: a numeric of 25 digits, whose parts have ten, ten and five. */
export function lsnAsNumeric(lsn: Lsn): string {
  const [vlf, block, slot] = partsOf(lsn).map(part => Number.parseInt(part, 16)) as [number, number, number]
  return String(BigInt(vlf) * 10n ** 15n + BigInt(block) * 10n ** 5n + BigInt(slot))
}

export const incrementLsn = (lsn: Lsn): Lsn => (BigInt(`0x${lsn}`) + 1n).toString(16).padStart(20, '0')
