import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { z } from 'zod'
import { readTriggers, settingsSchema, type Trigger, triggerSchema } from '../../shared/config/index.ts'
import {
  type Access,
  answersGet,
  type FunctionDefinition,
  jobOf,
  toJsonSchema,
} from '../../shared/contract/index.ts'
import { rulesSchema } from '../../shared/propositions/index.ts'
import { deliveriesSchema } from '../../shared/reports/deliveries/index.ts'
import { registry } from '../../shared/telemetry/index.ts'
// For its metrics: those of functions come with them.
import '../connector/loops.ts'
import { type FunctionFolder, listFunctions, loadFunction, ROOT } from '../project.ts'
import { toCSharp, toCurl, toCurlGet } from './examples.ts'
import { code, fieldTable, type JsonSchema, listFields, table } from './fields.ts'
import { entitiesMacro, entitiesPage, sourcesPage } from './sources.ts'
import { sqlServerPage } from './sqlserver.ts'
import { typesPage } from './types.ts'

type RequestFunction = FunctionDefinition & { kind: 'request' }

/** What is printed from the schemas and definitions that the code runs on, by its file: docs/reference, and a macro for dbt. */
export async function makePages(): Promise<Map<string, string>> {
  const triggers = readTriggers(join(ROOT, 'triggers'))
  const functions = await Promise.all(
    listFunctions(ROOT).map(async folder => ({ folder, definition: await loadFunction(folder) })),
  )
  const pages = {
    'settings.md': settingsPage(),
    'functions.md': functionsPage(functions, triggers),
    'triggers.md': triggersPage(triggers),
    'sources.md': sourcesPage(),
    'rules.md': rulesPage(),
    'deliveries.md': deliveriesPage(),
    'entities.md': entitiesPage(),
    'types.md': typesPage(),
    'sqlserver.md': sqlServerPage(),
    'marts.md': martsPage(),
    'features.md': featuresPage(),
    'metrics.md': metricsPage(await registry.getMetricsAsJSON()),
  }
  const note = 'Printed from the code by "make reference"; not to be edited.'
  return new Map([
    ...Object.entries(pages).map(([name, text]): [string, string] => [
      `docs/reference/${name}`,
      `<!-- ${note} -->\n${text.trim()}\n`,
    ]),
    ['dbt/macros/entities.sql', `{# ${note} #}\n${entitiesMacro().trim()}\n`],
  ])
}

const MODELS = join(ROOT, 'dbt', 'models')

type ModelFile = {
  models: {
    name: string
    description: string
    /** Of a mart. */
    config?: { meta: { key: string[]; access: string; row_rules?: Record<string, string> } }
    columns: { name: string; description?: string }[]
  }[]
}

/** Models of a folder, from the descriptions that stand beside them. */
function readModels(folder: string): ModelFile['models'] {
  return readdirSync(join(MODELS, folder))
    .filter(file => /^[^.]+\.yml$/.test(file))
    .sort()
    .flatMap(file => (parse(readFileSync(join(MODELS, folder, file), 'utf8')) as ModelFile).models)
}

function modelSection({ name, description, config, columns }: ModelFile['models'][number]): string {
  const published = config && ` Key: ${config.meta.key.map(code).join(', ')}. ${describeAccess(config.meta)}`
  return [
    `## ${name}`,
    `${description.trim()}${published ?? ''}`,
    table(
      ['column', 'what it is'],
      columns.map(column => [code(column.name), column.description ?? '']),
    ),
  ].join('\n\n')
}

/** What analysts ask: the published tables. */
function martsPage(): string {
  return [
    '# Marts',
    'The tables that a build makes and publish-marts publishes, as views in the schema `mart` of the store. `read-mart` reads them over HTTP, `npm run sql` in the warehouse, and any tool that speaks to Postgres in the store. `dim_` tables describe things, `fct_` tables hold what happened, `agg_` tables are sums. Who may read which, and which rows: [access](../access.md).',
    ...readModels('marts').map(modelSection),
  ].join('\n\n')
}

function featuresPage(): string {
  return [
    '# Features',
    'What models learn from. It stays in the warehouse, where `npm run sql` reads it, and is not published. How it is meant, and how Feast reads it: [forecasts](../forecasts.md#what-forecasts-are-made-of).',
    ...readModels('features').map(modelSection),
  ].join('\n\n')
}

function describeAccess({
  access,
  row_rules = {},
}: NonNullable<ModelFile['models'][number]['config']>['meta']): string {
  const rules = Object.entries(row_rules).map(
    ([column, claim]) => ` Rows whose ${code(column)} is in the caller's claim ${code(claim)}.`,
  )
  return `For ${access === 'user' ? 'everybody who may call' : `the role ${code(access)}`}.${rules.join('')}`
}

/** Answers' lists that are worth going through, the more telling first. */
const LISTS = ['results', 'rows', 'tables', 'orders']

const toSchema = (schema: z.ZodType, io: 'input' | 'output') => toJsonSchema(schema, io) as JsonSchema

function settingsPage(): string {
  const rows = listFields(toSchema(settingsSchema, 'input')).map(
    ({ name, type, description, default: value }) => [
      code(name),
      name.endsWith('_URL') ? 'URL' : type,
      showDefault(name) ?? value,
      description,
    ],
  )
  return `
# Settings

Set in the environment of the process. Each \`X\` may be given as \`X_FILE\` instead, the path of a file that holds the value, such as a mounted secret; both at once are refused. A setting that is malformed ends the start with one line that names it. A URL's password is never printed.

${table(['setting', 'type', 'default', 'what it is'], rows)}

A source's connection is named in its file: \`connection: shop\` is read from \`SHOP_URL\`, \`SHOP_URL_FILE\`, or \`secrets/shop.url\` under \`CORDAGE_HOME\`.
`
}

function rulesPage(): string {
  return `
# Rules of propositions

The keys of the file that \`PROPOSITION_RULES\` names. Other keys are refused. What they do, and which beats which: [propositions](../propositions.md#rules-of-your-shop).

${fieldTable(listFields(toSchema(rulesSchema, 'input')))}
`
}

function deliveriesPage(): string {
  return `
# Deliveries of reports

The keys of the file that \`REPORT_DELIVERIES\` names, or of \`deliveries.yml\` under \`CORDAGE_HOME\`. Other keys are refused. How it works: [reports](../reports.md#send).

${fieldTable(listFields(toSchema(deliveriesSchema, 'input')))}
`
}

/** Defaults that a schema's own text does not show: lists and maps, as one would write them. */
function showDefault(name: string): string | undefined {
  const value: unknown = settingsSchema.safeParse({}).data?.[name as keyof z.output<typeof settingsSchema>]
  if (Array.isArray(value)) return value.length === 0 ? '' : code(value.join(','))
  if (value instanceof Map) return code([...value].map(([key, url]) => `${key}=${url}`).join(','))
  return undefined
}

const ACCESS: Record<Access, string> = {
  public: 'anybody',
  user: 'a signed-in person',
  operator: 'the role `operator`',
  internal: 'only the connector and other functions: the role `internal`',
}

function functionsPage(
  functions: { folder: FunctionFolder; definition: FunctionDefinition }[],
  triggers: Trigger[],
): string {
  const endpoints = functions.filter(({ definition }) => definition.access !== 'internal')
  const working = functions.filter(({ definition }) => definition.access === 'internal')
  const sections = (list: typeof functions) =>
    list.map(({ folder, definition }) =>
      functionSection(
        folder,
        definition,
        triggers.find(trigger => trigger.function === definition.name),
      ),
    )
  return `
# Functions

Each is at \`/function/<name>\` of the gateway: \`POST\` with JSON, and \`GET\` with a query string where it only reads. In a query string \`filters.priceMax=50\` is the field \`priceMax\` of \`filters\`, and a name given twice is a list. Without \`AUTH_URL\` everybody on this machine may call everything and nobody else can reach it; with it, everything but public functions needs an access token in \`Authorization: Bearer …\`, whose roles name what is said below ([sign-in](../sign-in.md)).

What goes wrong comes as \`application/problem+json\` (RFC 9457) with \`status\`, \`detail\`, \`reason\` and \`traceId\`, and \`errors\` names the fields.

## Endpoints

${sections(endpoints).join('\n\n')}

## Working functions

${sections(working).join('\n\n')}
`
}

function functionSection(
  folder: FunctionFolder,
  definition: FunctionDefinition,
  trigger: Trigger | undefined,
): string {
  const { name, summary, access, readOnly, uses, python, timeoutMs } = definition
  const job = jobOf(definition)
  const facts = [
    `In \`functions/${folder.stage}/${name}\``,
    `for ${ACCESS[access]}`,
    readOnly ? 'reads only' : answersGet(definition) ? 'GET shows a page' : undefined,
    definition.kind === 'request' && definition.forms
      ? `answers ${definition.forms.map(({ name, type }) => `${name} (${type})`).join(', ')} where \`format\` or the header \`Accept\` asks for it`
      : undefined,
    uses.length > 0 ? `uses ${uses.join(', ')}` : undefined,
    python && `runs Python with the packages of ${python.map(code).join(' or ')}`,
    timeoutMs === undefined ? undefined : `at most ${timeoutMs / 1000} s a ${job ? 'try' : 'call'}`,
    job && `a call starts a [job](../jobs.md), of which a repeat does no harm: ${job.repeat}`,
    trigger && describeTrigger(trigger),
  ]
  const head = `### ${name}\n\n${summary}. ${facts.filter(Boolean).join('; ')}.`
  return definition.kind === 'events'
    ? `${head}\n\nTakes change events from the bus in batches (CloudEvents) and answers \`results\`, one per event: \`id\`, \`status\` (done, skipped, parked, retry, held), \`reason\`.`
    : [head, ...describeCall(definition)].join('\n\n')
}

/** What calls a function besides HTTP, in words; undefined where nothing does. */
export function describeTrigger({ topics, prefixes, schedules }: Trigger): string | undefined {
  const callers = [
    topics &&
      `events of ${topics.pattern ? `the topics \`${topics.pattern}\`` : `tables with ${topics.entities?.join(', ')}`}`,
    prefixes && `new objects under ${prefixes.map(code).join(', ')}`,
    schedules &&
      `the schedule ${schedules.map(schedule => `\`${schedule.cron}\` (${schedule.timeZone})`).join(', ')}`,
  ].filter(Boolean)
  return callers.length > 0 ? `called by ${callers.join(' and ')}` : undefined
}

function describeCall(definition: RequestFunction): string[] {
  const { access, readOnly, status } = definition
  const given = listFields(toSchema(definition.input, 'input'))
  const answered = listFields(toSchema(definition.output, 'output')).map(field => ({ ...field, default: '' }))
  return [
    given.length > 0 ? `Input:\n\n${fieldTable(given)}` : 'Input: none.',
    `Answer (${status}):\n\n${fieldTable(answered)}`,
    ...(access === 'internal' ? [] : [examplesOf(definition, readOnly)]),
  ]
}

function examplesOf({ name, example = {}, output }: RequestFunction, readOnly: boolean): string {
  const input = example as object
  const properties = toSchema(output, 'output').properties ?? {}
  const list = LISTS.find(field => properties[field]?.type === 'array')
  return [
    ...['```sh', toCurl(name, input)],
    ...(readOnly ? [toCurlGet(name, input)] : []),
    ...['```', '', '```csharp', toCSharp(name, input, list), '```'],
  ].join('\n')
}

function triggersPage(triggers: Trigger[]): string {
  const rows = triggers.map(trigger => [
    code(trigger.function),
    describeTrigger(trigger)?.replace('called by ', '') ?? 'HTTP only',
  ])
  return `
# Triggers

\`triggers/<function>.yml\` says what calls a function besides HTTP. An empty file (\`{}\`) says that nothing does. Unknown keys are refused.

${fieldTable(listFields(toSchema(triggerSchema, 'input')))}

## As they are

${table(['function', 'called by'], rows)}
`
}

type Metric = Awaited<ReturnType<typeof registry.getMetricsAsJSON>>[number]

function metricsPage(metrics: Metric[]): string {
  const rows = metrics
    .filter(metric => metric.name.startsWith('cordage_'))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(metric => [code(metric.name), String(metric.type), labelsOf(metric.name), metric.help])
  return `
# Metrics

\`/metrics\` prints them in Prometheus' text format, with the process's own figures (\`process_*\`, \`nodejs_*\`) beside them.

${table(['metric', 'type', 'labels', 'what it counts'], rows)}
`
}

function labelsOf(name: string): string {
  const { labelNames = [] } = registry.getSingleMetric(name) as unknown as { labelNames?: string[] }
  return labelNames.map(code).join(', ')
}
