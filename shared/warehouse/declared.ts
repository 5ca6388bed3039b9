import { z } from 'zod'

/** The table `mart` of a build, as job.py writes it. */
export const declaredMarts = z.array(
  z
    .object({
      name: z.string(),
      description: z.string(),
      key: z.string().transform(toList),
      indexes: z.string().transform(toList),
      // An older build has none.
      access: z.string().default('user'),
      row_rules: z.string().default('{}').transform(toRules),
    })
    .transform(({ row_rules: rowRules, ...mart }) => ({ ...mart, rowRules })),
)

function toRules(json: string): Record<string, string> {
  return z.record(z.string(), z.string()).parse(JSON.parse(json))
}

function toList(json: string): string[] {
  return z.array(z.string()).parse(JSON.parse(json))
}
