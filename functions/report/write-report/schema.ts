import { z } from 'zod'
import { storableText } from '../../../shared/contract/index.ts'
import { factSchema, periodSchema, valuesSchema } from '../../../shared/reports/fact-schema.ts'
import { LANGUAGES } from '../../../shared/reports/facts.ts'
import { KIND_NAMES } from '../../../shared/reports/kinds/index.ts'

const MAX_FILTERS = 10
const MAX_VALUES = 100

export const input = z.strictObject({
  report: z.enum(KIND_NAMES).optional().describe('Which report'),
  from: z.iso.date().optional().describe('First business date; left out: that of the month of `to`'),
  to: z.iso.date().optional().describe('Last business date; left out: that of the last whole month'),
  language: z.enum(LANGUAGES).default('en'),
  filters: z
    .record(z.string().max(63), z.array(storableText(200)).min(1).max(MAX_VALUES))
    .refine(filters => Object.keys(filters).length <= MAX_FILTERS, `at most ${MAX_FILTERS} filters`)
    .default({})
    .describe('By dimension of a metric, such as category: the values that it is about'),
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits')
    .optional()
    .describe('A report that was written before, instead of all of these'),
  format: z
    .enum(['json', 'html', 'pdf', 'markdown'])
    .optional()
    .describe('Left out: what the header Accept asks for, else JSON'),
})

const sentence = z.object({
  text: z.string(),
  by: z.enum(['template', 'model']),
  facts: z.array(z.string()).describe('Ids of the facts that it says'),
  numbers: z
    .array(z.object({ text: z.string(), fact: z.string() }))
    .describe("Pieces of the text that say a number, each with its fact's id"),
})

const chart = z.object({
  title: z.string(),
  kind: z.enum(['bars', 'columns']),
  points: z.array(
    z.object({ name: z.string(), value: z.string(), text: z.string(), fact: z.string().describe('Its id') }),
  ),
  svg: z.string(),
})

export const output = z.object({
  id: z.string().describe('Of this report; asked again by it, the same bytes come'),
  report: z.string(),
  title: z.string(),
  language: z.enum(LANGUAGES),
  period: periodSchema,
  filters: valuesSchema,
  sections: z.array(z.object({ name: z.string(), title: z.string(), sentences: z.array(sentence) })),
  narrative: z
    .string()
    .describe('All sentences, a paragraph for each section; each number in it is of a fact'),
  facts: z.array(factSchema),
  charts: z.array(chart),
  problem: z
    .string()
    .nullable()
    .describe('Why templates stand although there is a language model, such as too_slow'),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
  writtenAt: z.string(),
})
