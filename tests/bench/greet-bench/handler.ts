import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'

/** What the contract's cost is measured on: as little work as a function can do. */
export default defineFunction({
  name: 'greet-bench',
  summary: 'Greets by name',
  access: 'public',
  uses: [] as const,
  input: z.strictObject({
    name: z.string().min(1).max(100),
    times: z.number().int().min(1).max(10).default(1),
  }),
  output: z.object({ greetings: z.array(z.string()) }),

  async handle({ name, times }) {
    return { greetings: Array.from({ length: times }, () => `Hello, ${name}`) }
  },
})
