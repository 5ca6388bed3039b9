import { endianness } from 'node:os'

/**
 * How much each product speaks for each other one, by the product that speaks: of product i the targets and strengths from
 * start[i] to start[i + 1].
 */
export type Influence = { start: Int32Array; target: Int32Array; strength: Float32Array }

/**
 * Reads what training has written (shared/python/propositions/stored.py): the number of products and of strengths, the starts and
 * the targets, as 32-bit integers, and the strengths as 32-bit floats; all little-endian.
 * @throws Error where it is damaged
 */
export function readInfluence(file: Uint8Array, products: number): Influence {
  if (endianness() !== 'LE') throw new Error('models are little-endian, and this machine is not')
  // Aligned, whatever part of a larger buffer the bytes are.
  const bytes = new Uint8Array(file).buffer
  const [count = 0, strengths = 0] = bytes.byteLength >= 8 ? new Int32Array(bytes, 0, 2) : []
  const size = 8 + 4 * (count + 1) + 8 * strengths
  if (count !== products || strengths < 0 || bytes.byteLength !== size)
    throw new Error(
      `its influence has ${bytes.byteLength} bytes for ${count} products, and ${size} are expected`,
    )
  const start = new Int32Array(bytes, 8, count + 1)
  const target = new Int32Array(bytes, 8 + start.byteLength, strengths)
  return {
    start,
    target,
    strength: new Float32Array(bytes, 8 + start.byteLength + target.byteLength, strengths),
  }
}
