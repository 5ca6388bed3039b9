import { join } from 'node:path'
import {
  describeProblem,
  keepFile,
  readYamlText,
  type Settings,
  type TextProblem,
} from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { toIssues } from '../../vocabulary/index.ts'
import { CHANNELS, type Deliveries, deliveriesSchema, KEYS } from './schema.ts'

/** A territory 0012 is not the territory 12, and a recipient may be called On. */
const TEXT_KEYS = ['name', 'email', 'slack', 'mattermost', 'claims', 'roles', 'filters', 'when', 'language']

/** @returns the deliveries that a text has, or everything that is wrong with it */
export function readDeliveriesText(text: string): { deliveries: Deliveries } | { problems: TextProblem[] } {
  // An editor that is just writing leaves it empty for a moment; nobody ends all deliveries like that.
  if (text.trim() === '')
    return { problems: [{ path: [], line: 1, says: 'is empty: write "deliveries: []" for none' }] }
  const yaml = readYamlText(text, TEXT_KEYS)
  if (!('value' in yaml)) return { problems: yaml.problems }
  const parsed = deliveriesSchema.safeParse(yaml.value ?? {}, { reportInput: true })
  const issues = parsed.success
    ? findRepeats(parsed.data.deliveries)
    : parsed.error.issues.flatMap(issue => toIssues(issue, keysAt(issue.path)))
  const problems = [...yaml.problems, ...issues.map(issue => ({ ...issue, line: yaml.lineOf(issue.path) }))]
  if (parsed.success && problems.length === 0) return { deliveries: parsed.data.deliveries }
  return { problems: problems.toSorted((a, b) => a.line - b.line) }
}

function keysAt(path: PropertyKey[]): string[] {
  if (path.length === 0) return KEYS.file
  return path.includes('recipients') ? KEYS.recipient : KEYS.delivery
}

type Issue = { path: PropertyKey[]; says: string }

/** Names tell deliveries, and in one of them recipients, apart; and nobody gets a copy too many. */
function findRepeats(deliveries: Deliveries): Issue[] {
  return [
    ...repeatsOf(deliveries.map(({ name }) => name)).map(at => ({
      path: ['deliveries', at, 'name'],
      says: 'is the name of another delivery too',
    })),
    ...deliveries.flatMap(({ recipients }, delivery) => {
      const place = (at: number, key: string) => ['deliveries', delivery, 'recipients', at, key]
      const names = repeatsOf(recipients.map(({ name }) => name))
      return [
        ...names.map(at => ({ path: place(at, 'name'), says: 'is the name of another recipient too' })),
        ...CHANNELS.flatMap(channel =>
          repeatsOf(recipients.map(each => each[channel]?.toLowerCase())).map(at => ({
            path: place(at, channel),
            says: 'gets this delivery already',
          })),
        ),
      ]
    }),
  ]
}

/** Places of what was there before. */
function repeatsOf(values: (string | undefined)[]): number[] {
  const seen = new Set<string>()
  return values.flatMap((value, at) => {
    if (value === undefined) return []
    if (seen.has(value)) return [at]
    seen.add(value)
    return []
  })
}

/**
 * The deliveries that a text has.
 * @throws ConfigError that names the file and, of each problem, the line and the key
 */
export function parseDeliveries(file: string, text: string): Deliveries {
  const read = readDeliveriesText(text)
  if ('deliveries' in read) return read.deliveries
  throw new ConfigError(`${file}: ${read.problems.map(describeProblem).join('; ')}`)
}

/** The file of deliveries: the one that REPORT_DELIVERIES names, which has to be there, or the default, which has not. */
export function deliveriesFileOf(settings: Pick<Settings, 'REPORT_DELIVERIES' | 'CORDAGE_HOME'>): {
  file: string
  isNamed: boolean
} {
  const { REPORT_DELIVERIES: named, CORDAGE_HOME } = settings
  return { file: named ?? join(CORDAGE_HOME, 'deliveries.yml'), isNamed: named !== undefined }
}

export type CurrentDeliveries = { deliveries: Deliveries; warnings: string[] }

/**
 * Follows that file. One that becomes invalid, or is gone, leaves the last good deliveries; that is logged once and is in
 * `warnings` until it is mended.
 * @throws ConfigError where the file cannot be used at the start
 */
export function keepDeliveries(
  settings: Pick<Settings, 'REPORT_DELIVERIES' | 'CORDAGE_HOME'>,
  log: Pick<Logger, 'warn' | 'info'>,
): () => CurrentDeliveries {
  const { file, isNamed } = deliveriesFileOf(settings)
  const parse = (text: string) => parseDeliveries(file, text)
  const kept = keepFile<Deliveries>(
    file,
    { what: 'deliveries of reports', parse, ...(!isNamed && { absent: [] }) },
    log,
  )
  return () => {
    const { value, warnings } = kept()
    return { deliveries: value, warnings }
  }
}
