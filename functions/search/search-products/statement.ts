/** Adds a value to those of a statement. @returns its placeholder */
export type Param = (value: unknown) => string

/** How many products each way of finding hands on to be compared. */
export const DEPTH = 100
/** Of each model: what is further away is found by its words, or not at all. */
export const NEAR = 50

/** Where filters leave no more than this, each of those products is compared: a graph would walk past thousands of others. */
export const FEW = 3000
