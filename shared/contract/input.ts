import type { z } from 'zod'
import { BadInputError } from '../errors/index.ts'

/** Each field of an input that breaks its schema, and how. */
export class InvalidInputError extends BadInputError {
  readonly problems: { field: string; detail: string }[]
  constructor(problems: { field: string; detail: string }[]) {
    super(problems.map(problem => `${problem.field}: ${problem.detail}`).join('; '))
    this.problems = problems
  }
}

/** @throws InvalidInputError with every field that breaks the schema */
export function parseInput(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    parsed.error.issues.flatMap(issue => {
      const place = issue.path.map(String)
      const keys =
        issue.code === 'unrecognized_keys'
          ? issue.keys.map(key => ({ field: [...place, key].join('.'), detail: 'unknown field' }))
          : undefined
      return keys ?? [{ field: place.join('.') || '(body)', detail: issue.message }]
    }),
  )
}

/** @throws Error for a reply that breaks the function's own schema */
export function checkOutput(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  throw new Error(`the output breaks its schema at ${first?.path.join('.')}: ${first?.message}`)
}
