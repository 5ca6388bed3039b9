import { z } from 'zod'
import type { Mart, Model } from './warehouse.ts'

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform(text => JSON.parse(text) as unknown)
    .pipe(schema)
const names = z.array(z.string())

/** The table `mart` of a build, as job.py writes it. What an older build lacks has a default. */
export const declaredMarts = z.array(
  z
    .object({
      name: z.string(),
      description: z.string(),
      key: json(names),
      indexes: json(names),
      access: z.string().default('user'),
      row_rules: json(z.record(z.string(), z.string())).prefault('{}'),
      trace: json(
        z.array(z.object({ mart: z.string(), columns: names.optional(), where: z.string() })),
      ).prefault('[]'),
      columns: json(z.record(z.string(), z.string())).prefault('{}'),
    })
    .transform(
      ({ row_rules: rowRules, columns: descriptions, ...mart }): Omit<Mart, 'columns'> & Descriptions => ({
        ...mart,
        rowRules,
        descriptions,
      }),
    ),
)

/** By column. */
type Descriptions = { descriptions: Record<string, string> }

/** The table `model` of a build. */
export const declaredModels = z.array(z.object({ name: z.string(), sql: z.string(), parents: json(names) }))
declaredModels satisfies z.ZodType<Model[]>

/** The table `metric` of a build. */
export const declaredMetrics = z.array(z.object({ name: z.string(), definition: json(z.unknown()) }))

/** A mart with its columns, given the columns of each table in their order. */
export function withColumns(
  { descriptions, ...mart }: Omit<Mart, 'columns'> & Descriptions,
  columns: { table: string; name: string; type: string }[],
): Mart {
  const own = columns.filter(({ table }) => table === mart.name)
  return {
    ...mart,
    columns: own.map(({ name, type }) => ({
      name,
      type,
      ...(descriptions[name] && { description: descriptions[name] }),
    })),
  }
}
