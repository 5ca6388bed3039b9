import { catalogueStatements } from './capture-catalogue.ts'
import { changeStatements } from './capture-changes.ts'
import { serverStatements } from './capture-server.ts'
import { tableStatements } from './capture-tables.ts'
import type { Recogniser } from './registry.ts'
import type { DoubleSession } from './session.ts'

/** The statements of our own capture, copied letter by letter: where one is changed there, a test here breaks. */
export const captureStatements: Recogniser<DoubleSession>[] = [
  ...catalogueStatements,
  ...changeStatements,
  ...tableStatements,
  ...serverStatements,
]
