import { ProtocolError } from './errors.ts'

/** Short texts are quicker written by hand than by a call out of JavaScript. */
const SHORT_TEXT = 32

/** Bytes that grow. All numbers are little-endian, as TDS has them. */
export class ByteWriter {
  bytes: Buffer
  length = 0

  constructor(size = 4096) {
    this.bytes = Buffer.allocUnsafe(size)
  }

  /** Makes room. @returns where it begins */
  take(count: number): number {
    const start = this.length
    this.length = start + count
    if (this.length > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length))
      this.bytes.copy(larger, 0, 0, start)
      this.bytes = larger
    }
    return start
  }

  u8(value: number): void {
    const at = this.take(1)
    this.bytes[at] = value
  }

  u16(value: number): void {
    const at = this.take(2)
    this.bytes[at] = value
    this.bytes[at + 1] = value >>> 8
  }

  u32(value: number): void {
    const at = this.take(4)
    this.bytes[at] = value
    this.bytes[at + 1] = value >>> 8
    this.bytes[at + 2] = value >>> 16
    this.bytes[at + 3] = value >>> 24
  }

  u64(value: bigint): void {
    const at = this.take(8)
    this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at)
  }

  /** A whole number below 2^53 in so many bytes. */
  uint(value: number, count: number): void {
    const at = this.take(count)
    let rest = value
    for (let i = 0; i < count; i++) {
      this.bytes[at + i] = rest & 255
      rest = Math.floor(rest / 256)
    }
  }

  f32(value: number): void {
    const at = this.take(4)
    this.bytes.writeFloatLE(value, at)
  }

  f64(value: number): void {
    const at = this.take(8)
    this.bytes.writeDoubleLE(value, at)
  }

  raw(bytes: Uint8Array): void {
    const at = this.take(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** UTF-16, without a length. */
  text(value: string): void {
    const at = this.take(value.length * 2)
    const { bytes } = this
    if (value.length > SHORT_TEXT) {
      bytes.write(value, at, 'utf16le')
      return
    }
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      bytes[at + i * 2] = code
      bytes[at + i * 2 + 1] = code >>> 8
    }
  }

  /** A text with its length in one byte. */
  shortText(value: string): void {
    this.u8(value.length)
    this.text(value)
  }

  /** A text with its length in two bytes. */
  longText(value: string): void {
    this.u16(value.length)
    this.text(value)
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}

/** Reads what a client sent; to read past its end is the client's fault. */
export class ByteReader {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** Passes over bytes. @returns where they began */
  skip(count: number): number {
    if (count < 0 || count > this.left) throw new ProtocolError(`${count} bytes wanted, ${this.left} left`)
    const start = this.at
    this.at += count
    return start
  }

  peek(): number {
    return this.bytes[this.at] ?? -1
  }

  u8(): number {
    return this.bytes.readUInt8(this.skip(1))
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.skip(2))
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.skip(4))
  }

  i32(): number {
    return this.bytes.readInt32LE(this.skip(4))
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.skip(8))
  }

  /** A whole number of up to six bytes. */
  uint(count: number): number {
    return this.bytes.readUIntLE(this.skip(count), count)
  }

  slice(count: number): Buffer {
    const start = this.skip(count)
    return this.bytes.subarray(start, start + count)
  }

  /** UTF-16 of so many characters. */
  text(characters: number): string {
    return this.slice(characters * 2).toString('utf16le')
  }

  shortText(): string {
    return this.text(this.u8())
  }
}
