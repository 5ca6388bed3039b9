import { z } from 'zod'

/** The table `mart` of a build, as job.py writes it. */
export const declaredMarts = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    key: z.string().transform(toList),
    indexes: z.string().transform(toList),
  }),
)

function toList(json: string): string[] {
  return z.array(z.string()).parse(JSON.parse(json))
}
