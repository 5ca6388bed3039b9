import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Cron } from 'croner'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigError } from '../errors/index.ts'

const cron = z.string().refine(pattern => {
  try {
    new Cron(pattern, { paused: true })
    return true
  } catch {
    return false
  }
}, 'not a cron pattern')

/** A trigger file. docs/reference/triggers.md is printed from it. */
export const triggerSchema = z.strictObject({
  topics: z
    .strictObject({
      pattern: z.string().optional().describe('Topics by name; * stands for any text without a dot'),
      entities: z
        .array(z.string())
        .optional()
        .describe('Topics of the tables that hold these entities, in every source'),
      maxEvents: z.number().int().positive().default(500).describe('Most events in a batch'),
      maxBytes: z
        .number()
        .int()
        .positive()
        .default(8 * 1024 * 1024)
        .describe('Most bytes of event data in a batch'),
      lingerMs: z
        .number()
        .int()
        .min(0)
        .default(0)
        .describe('How long to gather a batch after its first event'),
      busyLingerMs: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('The same while the topic had more than 20 batches in the last minute'),
    })
    .optional(),
  prefixes: z.array(z.string()).optional().describe('Object prefixes: each new object is handed over once'),
  schedules: z
    .array(
      z.strictObject({
        cron: cron.describe('When it is due: minute, hour, day of the month, month, day of the week'),
        timeZone: z.string().default('UTC').describe('Its time zone'),
        input: z.record(z.string(), z.unknown()).default({}).describe('What the function is called with'),
        exclusive: z
          .string()
          .optional()
          .describe('Name of a lock: two schedules with the same never run at once'),
      }),
    )
    .optional(),
})

export type Trigger = z.output<typeof triggerSchema> & { function: string }
export type TopicTrigger = NonNullable<Trigger['topics']>
export type ScheduleTrigger = NonNullable<Trigger['schedules']>[number]

/** All `triggers/<function>.yml`. @throws ConfigError that names the file and the field */
export function readTriggers(folder: string): Trigger[] {
  const files = readdirSync(folder)
    .filter(name => name.endsWith('.yml'))
    .sort()
  return files.map(name => {
    const parsed = triggerSchema.safeParse(readYaml(join(folder, name)) ?? {})
    if (!parsed.success)
      throw new ConfigError(
        `${join(folder, name)}: ${parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
      )
    return { ...parsed.data, function: name.replace(/\.yml$/, '') }
  })
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`${file} is not YAML`, { cause })
  }
}
