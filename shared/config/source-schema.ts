import { z } from 'zod'
import { column } from './column.ts'
import { ENTITY_NAMES } from './entities.ts'

const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])

/** What search is told of a shop's products besides their own texts. */
const search = z.strictObject({
  purposes: z
    .array(
      z.strictObject({
        where: z
          .strictObject({
            category: texts.optional(),
            subcategory: texts.optional(),
            model: texts.optional(),
            productId: texts.optional(),
          })
          .refine(
            where => Object.values(where).some(value => value !== undefined),
            'must say which products',
          ),
        for: z.array(z.string().min(1).max(300)).min(1),
      }),
    )
    .default([])
    .describe('What products are for, in words that people ask with: `where` says which, `for` the texts'),
  synonyms: z
    .array(z.array(z.string().min(1)).min(2))
    .default([])
    .describe('Lists of words that mean the same in this shop'),
})

export const zoneName = z
  .string()
  .refine(zone => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'unknown time zone')

/** Keys that a source of any kind has, besides `capture` and `tables`. */
const sourceKeys = {
  timeZone: zoneName.describe('Zone of its business dates, such as Europe/Berlin'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency code such as EUR')
    .default('USD')
    .describe('Currency of its amounts (ISO 4217)'),
  idPrefix: z.string().default('').describe("Prefix of its ids, where another source's would be the same"),
  search: search.optional().describe('What search is told of its products (docs/search.md)'),
}

/** Keys that a table of any source has. */
export const tableKeys = {
  entity: z.enum(ENTITY_NAMES).describe('What its rows are, for search and the warehouse'),
  key: z
    .array(z.string())
    .min(1, 'a table needs a key')
    .describe('Columns that tell its rows apart, in the order of the primary key'),
  client: z
    .string()
    .optional()
    .describe("In a table with personal data: the column that holds the client's id"),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Partitions of its topic: rows of one key keep their order; fixed once the topic exists'),
  idPrefix: z
    .string()
    .default('')
    .describe(
      "Prefix of its rows' ids, after the source's own, where another table of the source has the same entity",
    ),
  columns: z
    .record(z.string(), column)
    .describe(
      "By the source's name; unlisted columns are not captured, and are refused in a table with personal data",
    ),
}
const table = z.strictObject(tableKeys)
export type ReadTable = z.output<typeof table>

/** What every kind of capture takes. */
export const anySourceSchema = z.strictObject({
  capture: z.unknown().describe('How its changes are read'),
  ...sourceKeys,
  tables: z.record(z.string(), table).describe("By the table's name"),
})

/** The keys of a source that is reached by a URL, for kinds of capture to take. */
export const connectionKey = {
  connection: z
    .string()
    .describe(
      'Name of its URL: the setting <NAME>_URL or <NAME>_URL_FILE, or the file secrets/<name>.url under CORDAGE_HOME',
    ),
}
/** The keys of a source that is a database. */
export const databaseKeys = {
  ...connectionKey,
  namespace: z.string().default('public').describe('Schema of the tables'),
}

/** How a snapshot of a database reads its tables: of each kind that reads them itself. */
export const snapshotKeys = {
  rowsPerSecond: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Most rows read from it per second, where the database has little to spare'),
}

/** What a kind of capture adds to the keys of a source file: to the source, and to each of its tables. */
export type SourceKeys = { source: z.ZodRawShape; table: z.ZodRawShape }
export type SourceKind = {
  /** How changes are read; continues the phrase "How its changes are read:". */
  summary: string
  keys: SourceKeys
}
/** Kinds of capture, by what a source file calls them. */
export type SourceKinds = Record<string, SourceKind>

/** A source file whose capture is `name`. */
export function sourceSchemaOf(name: string, { summary, keys }: SourceKind) {
  return anySourceSchema.extend({
    capture: z.literal(name).describe(`How its changes are read: ${summary}`),
    ...keys.source,
    tables: z.record(z.string(), table.extend(keys.table)).describe("By the table's name"),
  })
}

export type SourceTable = ReadTable & { name: string; topic: string; personal: boolean }

/** What is known of a source of any kind. */
export type Source = z.output<z.ZodObject<typeof sourceKeys>> & {
  capture: string
  system: string
  /** The file that describes it. */
  file: string
  /** Of a kind that is reached by a URL. */
  connection?: string
  /** Of a database; empty where there is none. */
  namespace: string
  tables: SourceTable[]
}

/** A source of a kind, with the keys of its own. */
export type SourceOf<Keys extends SourceKeys> = Omit<Source, 'tables'> &
  z.output<z.ZodObject<Keys['source']>> & { tables: (SourceTable & z.output<z.ZodObject<Keys['table']>>)[] }
