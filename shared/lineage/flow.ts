/**
 * A dataset by our own name, whose first word says where it is:
 *   source.<system>.<table>   a table of an operational system
 *   raw.<system>.changes, cdc.<system>.<table>   a topic of the bus
 *   lake.<system>.<table>     a table of the lake
 *   warehouse.<model>, mart.<mart>, search.<table>, forecast.<table>
 */
export type Dataset = string

/** A column of another dataset from which one gets its values. `masked`: what it was cannot be told from them. */
export type Origin = { dataset: Dataset; column: string; masked?: boolean }

export type DatasetUse = {
  dataset: Dataset
  /** That was read or written, such as a Delta table's. */
  version?: string
  rows?: number
  /** All of its columns, in order. Of one that is written with the columns that each is made of. */
  columns?: Record<string, Origin[]>
}

/** What a call, or a part of it, has read and written. */
export type Flow = {
  /** Which of the function's works it was, such as a table's or a model's: each is a job of its own in the graph. */
  part?: string
  reads?: DatasetUse[]
  writes?: DatasetUse[]
}

/** A run that is over, or a function's that has begun. */
export type Run = {
  /** The function and, after a dot, the part. */
  job: string
  runId: string
  function: string
  /** The run of which it is a part. */
  parent?: { job: string; runId: string }
  state: 'running' | 'done' | 'failed'
  startedAt: Date
  endedAt?: Date
  /** Calls that it stands for. */
  calls: number
  problem?: string
  reads: DatasetUse[]
  writes: DatasetUse[]
}
