export const ROLES = ['champion', 'challenger', 'retired'] as const
export type Role = (typeof ROLES)[number]

/** What is known of a version besides the model itself. */
export type Model = {
  version: number
  role: Role
  trainedAt: Date
  /** When it last became the champion. */
  championAt: Date | null
  /** The first day that it did not see. */
  origin: string
  metrics: Record<string, unknown>
  data: Record<string, unknown>
  codeVersion: string
}

/** By column: what a model is, such as its parameters. */
type Content = Record<string, unknown>

/** A version with the model itself. A column of bytes is a Buffer. */
export type Stored<Own extends Content = Content> = Model & Own

/**
 * Column `metrics`. `models`, `segments`, `champion` and `backtest`, where they are there, are measures by name, for MLflow: of what
 * would be served (`models.served`), of other models, of parts of the shop, of the champion on the same days.
 */
export type Metrics = {
  /** Whether it is to serve; null where it could be compared with nothing. */
  wins: boolean | null
  /** What came of the comparison, in words. */
  because: string
  /** Why it was trained, in words. */
  trainedBecause: string
  /** How long that took. */
  seconds: number
  [name: string]: unknown
}

/** What a training has made. */
export type Trained<Own extends Content = Content> = Own & {
  /** The first day that it did not see, YYYY-MM-DD. */
  origin: string
  metrics: Metrics
  /** The build that it learnt from: {builtAt, position, changedAt, versions}. */
  data: object
  codeVersion: string
}

/** A file of a run in MLflow. */
export type File = { path: string; type: string; body: Buffer<ArrayBuffer> }

/** The folder of a run that MLflow registers: what a model is served by. */
export const MODEL_FOLDER = 'model'

/** Models for one purpose, of which one serves. */
export type Family<Own extends Content = Content> = {
  /** The name that answers call the model by, and MLflow its experiment and its registered model. */
  name: string
  /** The function that trains. */
  trainedBy: string
  /** The table of its versions, which has the columns of forecast.model but `members` and `parameters`. */
  table: string
  /** The columns of the model itself: JSON, or bytes. */
  content: { [column in keyof Own]: 'json' | 'bytes' }
  /** A table whose column `version` says what it was made by: such a version is kept. */
  servedIn: string
  /** The object that says that a model was trained or chosen: who scores is called by it. */
  announcement: string
  /** What a run in MLflow shows besides what all have: parameters; what is undefined or null is left out. */
  describe(model: Stored<Own>): Record<string, unknown>
  /** Of `metrics.models`, those that are parts of the model. Others are baselines. */
  parts: string[]
  /** The model as it is served by, in MODEL_FOLDER, and pictures. */
  files(model: Stored<Own>): File[]
}

export function jsonFile(path: string, value: unknown): File {
  return { path, type: 'application/json', body: Buffer.from(JSON.stringify(value, undefined, 2)) }
}

export function pictureFile(path: string, svg: string): File {
  return { path, type: 'image/svg+xml', body: Buffer.from(svg) }
}
