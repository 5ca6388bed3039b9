/** Adds a value to those of a statement. @returns its placeholder */
export type Param = (value: unknown) => string

/** How many products each way of finding hands on to be compared. */
export const DEPTH = 100
