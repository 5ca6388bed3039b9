import { type SourceTable, takenColumns } from '../config/index.ts'
import type { DatasetUse, Flow } from './flow.ts'

/** The way of a source's table to the lake, as its source file has it: what each step reads and writes, by column. */

/** From the source to its topic: values are treated as their policy says. */
export function captureFlow(system: string, table: SourceTable, rows?: number): Flow {
  const dataset = `source.${system}.${table.name}`
  const columns = Object.fromEntries(
    takenColumns(table).map(([name, { policy }]) => [
      name,
      [{ dataset, column: name, ...(policy === 'hash' || policy === 'encrypt' ? { masked: true } : {}) }],
    ]),
  )
  return {
    part: `${system}.${table.name}`,
    reads: [{ dataset }],
    writes: [{ dataset: table.topic, columns, ...(rows !== undefined && { rows }) }],
  }
}

/** From the topic to the lake. @param version the Delta version that has them */
export function landingFlow(
  system: string,
  table: SourceTable,
  written: { rows?: number; version?: string } = {},
): Flow {
  const columns = Object.fromEntries(
    takenColumns(table).map(([name]) => [name, [{ dataset: table.topic, column: name }]]),
  )
  const lake: DatasetUse = { dataset: `lake.${system}.${table.name}`, columns, ...written }
  return { part: `${system}.${table.name}`, reads: [{ dataset: table.topic }], writes: [lake] }
}
