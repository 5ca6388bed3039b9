let isShort = false

/** Prints one figure: `name value unit`, and whether it holds where a bound is given. */
export function report(
  name: string,
  value: number,
  unit: string,
  bound: { atMost?: number; atLeast?: number } = {},
): void {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  const holds =
    value <= (bound.atMost ?? Number.POSITIVE_INFINITY) &&
    value >= (bound.atLeast ?? Number.NEGATIVE_INFINITY)
  const wanted =
    bound.atMost !== undefined
      ? `  (at most ${bound.atMost})`
      : bound.atLeast !== undefined
        ? `  (at least ${bound.atLeast})`
        : ''
  process.stdout.write(`${name} ${rounded} ${unit}${wanted}${holds ? '' : '  FALLS SHORT'}\n`)
  if (!holds) {
    isShort = true
    process.exitCode = 1
  }
}

export function hasFallenShort(): boolean {
  return isShort
}

/** The q-quantile by nearest rank. */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

export function median(values: number[]): number {
  return quantile(values, 0.5)
}
