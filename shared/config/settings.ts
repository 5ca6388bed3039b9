import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { z } from 'zod'
import { ConfigError } from '../errors/index.ts'

/** A URL that may hold a password: it prints without it; `reveal()` is the only way to the whole. */
export class SecretUrl {
  readonly #url: string
  constructor(url: string) {
    this.#url = url
  }
  get scheme(): string {
    return this.#url.slice(0, this.#url.indexOf(':'))
  }
  reveal(): string {
    return this.#url
  }
  toString(): string {
    // Up to the last @, because a password may contain one; and secrets in a query string.
    return this.#url
      .replace(/\/\/(.+)@/, (_, userInfo: string) => `//${userInfo.split(':')[0]}:***@`)
      .replaceAll(/([?&][^=&]*(?:password|secret|token|key)[^=&]*=)[^&]*/gi, '$1***')
  }
  toJSON(): string {
    return this.toString()
  }
  [inspect.custom](): string {
    return this.toString()
  }
}

const url = (schemes: string[], description: string) =>
  z
    .string()
    .regex(/^[a-z0-9+.-]+:/, 'must be a URL')
    .refine(
      value => schemes.includes(value.slice(0, value.indexOf(':'))),
      `its scheme must be one of ${schemes.join(', ')}`,
    )
    .transform(value => new SecretUrl(value))
    .describe(description)

const list = (description: string) =>
  z
    .string()
    .transform(value =>
      value
        .split(',')
        .map(item => item.trim())
        .filter(Boolean),
    )
    .describe(description)

const positiveInt = z.coerce.number().int().positive()

/** Every setting there is: name, type, default, description. docs/reference/settings.md is printed from it. */
export const settingsSchema = z.object({
  CORDAGE_HOME: z.string().min(1).default('.cordage').describe('Folder that holds all state'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('HTTP port; 0 takes a free one'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on; anything but loopback needs AUTH_URL'),
  PUBLIC_HOSTS: list(
    'Host names, comma-separated, under which the functions are reached besides loopback; * for any, behind a gateway that checks them itself or calls by address',
  ).default([]),
  STORE_URL: url(
    ['postgres', 'postgresql'],
    'Postgres 15 or newer with pgvector; default: an embedded one',
  ).optional(),
  BUS_URL: url(
    ['kafka'],
    'Kafka, as kafka://[user:password@]host:port,host:port[?tls=true&ca=file&cert=file&key=file&sasl=plain|scram-sha-256|scram-sha-512&replication=n]; default: a log in the store',
  ).optional(),
  OBJECTS_URL: url(
    ['file', 's3'],
    'Object storage: file:///<folder>, or s3://<key>:<secret>@<bucket>/<prefix>?endpoint=https://<host>&region=<region> (docs/object-storage.md); default: files under CORDAGE_HOME/objects',
  ).optional(),
  WAREHOUSE_URL: url(
    ['duckdb', 'trino'],
    'Where dbt builds: duckdb:<folder>, or trino://user@host:port/catalog (docs/trino.md); default: DuckDB under CORDAGE_HOME/warehouse',
  ).optional(),
  CACHE_URL: url(
    ['memory', 'redis', 'rediss'],
    'Where search keeps what it found until the index changes: memory:, or redis(s)://[user:password@]host:port[/database] for all instances together',
  ).default(new SecretUrl('memory:')),
  REPORTING_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a code of ISO 4217, such as EUR')
    .optional()
    .describe(
      'What amounts are shown in beside their own currency, by the rates of the entity exchange_rate; without it they are shown in their own only',
    ),
  ALERT_URL: url(
    ['http', 'https'],
    'Alertmanager that is told of failed checks and builds; default: a file for each under CORDAGE_HOME/outbox/alerts',
  ).optional(),
  AUTH_URL: url(['http', 'https'], 'OIDC issuer; without it the server listens on loopback only').optional(),
  AUTH_AUDIENCE: z.string().default('cordage').describe('The audience that access tokens must name'),
  AUTH_ROLES: z
    .string()
    .min(1)
    .default('roles')
    .describe(
      "Where a token has its roles: a claim's name, such as https://shop.example/roles or scope, or a path, such as realm_access.roles",
    ),
  AUTH_CLAIMS: list(
    'Claims of a token by which row rules of marts tell which rows a caller may see, such as territory',
  ).default([]),
  MASTER_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits')
    .transform(text => Buffer.from(text, 'hex'))
    .optional()
    .describe(
      "Key that wraps all clients' keys, 64 hex digits, where it is a mounted secret; default: secrets/master.key under CORDAGE_HOME, created at the first start",
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lowest level that is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .optional()
    .describe('Where traces are sent; without it there are none'),
  LINEAGE_URL: url(
    ['file', 'http', 'https'],
    'Where events of lineage go (docs/lineage.md): file:///<folder>, or http(s)://[:token@]host:port of an OpenLineage server; default: files under CORDAGE_HOME/lineage',
  ).optional(),
  MLFLOW_URL: url(
    ['http', 'https'],
    'MLflow server that each training of forecasts is logged in as well (docs/forecasts.md): http(s)://[user:password@ or :token@]host:port; without it there is none',
  ).optional(),
  LLM_URL: url(
    ['http', 'https'],
    'Server with the API of OpenAI (vLLM, TGI, llama.cpp) that rewrites the sentences of reports (docs/rewriting.md): http(s)://host:port, with or without /v1; without it they are written from templates',
  ).optional(),
  LLM_KEY: z.string().min(1).optional().describe('Key that is sent to it as a bearer token'),
  LLM_MODEL: z
    .string()
    .min(1)
    .optional()
    .describe('Name of its model; without it none is sent, which servers of one model take'),
  LLM_TIMEOUT_MS: positiveInt
    .default(20_000)
    .describe('Time limit of all that one report asks it; then the rest is written from templates'),
  TIMEOUT_MS: positiveInt
    .default(30_000)
    .describe("Time limit of one call, unless the function's definition says otherwise"),
  DEMO_TODAY: z.iso
    .date()
    .optional()
    .describe(
      "The demo's current date, at most seven days after the end of its history; default: the real date",
    ),
  DEMO_DAYS: positiveInt
    .default(911)
    .describe("Days of history in the demo's source, counted back from its last order; fewer start faster"),
  DEMO_SOURCE: z
    .enum(['postgres', 'sqlserver'])
    .default('postgres')
    .describe(
      "What the demo's shop is followed on: its Postgres, or a double of SQL Server that holds the same (docs/sources/sqlserver.md)",
    ),
  DEMO_SHOP: z
    .enum(['living', 'still'])
    .optional()
    .describe(
      "living: the demo's shop keeps selling after its history, at the same pace and with the stories of stacks/demo/stories.yml; still: the data as published, without changes; default: living, or still where DEMO_TODAY or DEMO_RATE is set",
    ),
  DEMO_RATE: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('Additional row changes per second in the demo, for measuring'),
  FUNCTION_URLS: z
    .string()
    .transform((text, context) => {
      const urls = new Map<string, string>()
      for (const entry of text
        .split(',')
        .map(item => item.trim())
        .filter(Boolean)) {
        const [, name, url] = /^([a-z0-9-]+|\*)=(https?:\/\/[^|]+(?:\|https?:\/\/[^|]+)*)$/.exec(entry) ?? []
        if (name && url) urls.set(name, url)
        else context.addIssue(`"${entry}" is not <function>=<URL>`)
      }
      return urls
    })
    .default(new Map([['*', 'http://127.0.0.1:8080/function/{name}']]))
    .describe(
      'Where a separate connector reaches functions: name=URL, comma-separated; * stands for the others, {name} for the name; several instances as URL|URL, called in turn',
    ),
  FUNCTIONS_TOKEN: z
    .string()
    .optional()
    .describe(
      'Access token that a separate connector sends to functions that have AUTH_URL, with the roles internal and operator',
    ),
  FUNCTIONS_TOKEN_FILE: z
    .string()
    .optional()
    .describe('File of that token, read again when it changes: for tokens that something else renews'),
  FUNCTIONS_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      'Client to which AUTH_URL gives that token, by the client credentials grant; it is renewed before it expires',
    ),
  FUNCTIONS_CLIENT_SECRET: z.string().optional().describe("That client's secret"),
  FUNCTIONS_SCOPE: z
    .string()
    .optional()
    .describe(
      'Scope to ask for, where the issuer chooses the audience by it, such as api://cordage/.default; without it AUTH_AUDIENCE is sent as the audience',
    ),
  CONNECTOR_NAME: z
    .string()
    .optional()
    .describe(
      'Name under which a connector holds its leases; a restart under the same name does not wait for them to expire',
    ),
  CONNECTOR_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .optional()
    .describe(
      'Port on HOST where a separate connector serves its health (/_/health), its readiness and loops (/_/ready) and its metrics (/metrics); without it, it does not listen',
    ),
  CONNECTOR_DUTIES: list('What this connector does: capture, consume, clock, watch').default([
    'capture',
    'consume',
    'clock',
    'watch',
  ]),
  JOB_CALLBACK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('Signs the callback at the end of a job (docs/jobs.md); without it there are no callbacks'),
  JOB_CALLBACK_HOSTS: list('Host names, comma-separated, that may be called back').default([]),
  OBJECT_EVENTS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe(
      'Port for notifications of new objects from the object storage (docs/object-storage.md); without it the connector lists objects each second',
    ),
  SEARCH_QUERIES: z
    .enum(['off', 'hashed', 'kept'])
    .default('hashed')
    .describe(
      'What is recorded of the text that people search for, which may be personal (docs/search.md): off, nothing; hashed, its hash; kept, its hash, and in the store the text itself for SEARCH_QUERY_DAYS',
    ),
  SEARCH_QUERY_DAYS: positiveInt.default(30).describe('Days for which SEARCH_QUERIES=kept keeps texts'),
  SEARCH_IN_STOCK: z
    .enum(['equal', 'first'])
    .default('equal')
    .describe('first: what is in stock comes before the rest of a search, but after what was identified'),
  SEARCH_RANKING: z
    .enum(['plain', 'learned', 'interleaved'])
    .default('plain')
    .describe(
      'How search orders what fits (docs/search.md): plain, by words and meaning; learned, also by what people clicked; interleaved, both orders merged in one answer, so that clicks tell which is better',
    ),
  PROPOSITION_RULES: z
    .string()
    .min(1)
    .optional()
    .describe(
      'YAML file of the rules that propositions keep to (docs/propositions.md), read again when it changes; default: the rules that apply without one',
    ),
  REPORT_DELIVERIES: z
    .string()
    .min(1)
    .optional()
    .describe(
      'YAML file of who gets which report when (docs/reports.md), read again when it changes; default: deliveries.yml under CORDAGE_HOME, where it is there',
    ),
  SMTP_URL: url(
    ['smtp', 'smtps'],
    'Mail server for reports: smtp(s)://[user:password@]host[:port][?tls=required|optional|off&ca=file]; smtp asks for STARTTLS, except of this machine; default: files under CORDAGE_HOME/outbox/reports',
  ).optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\p{Cc}]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/u,
      'must be an address, such as Reports <reports@shop.example>',
    )
    .optional()
    .describe('Sender of reports, such as Reports <reports@shop.example>; needed with SMTP_URL'),
  PUBLIC_URL: url(
    ['http', 'https'],
    'Where people reach the functions, such as https://bi.shop.example: links in reports begin with it, and without it there are none; its host belongs into PUBLIC_HOSTS',
  ).optional(),
  SOURCES: z.string().default('sources').describe('Folder of the source files'),
})

export type Settings = z.output<typeof settingsSchema>

/** Reads `NAME`, else the file that `NAME_FILE` names (a mounted secret). */
function readVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const direct = env[name]
  const file = env[`${name}_FILE`]
  if (direct !== undefined && file !== undefined)
    throw new ConfigError(`${name}: set it or ${name}_FILE, not both`)
  if (file === undefined) return direct === '' ? undefined : direct
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError(`${name}_FILE: cannot read ${file}`, { cause })
  }
}

/**
 * The process's settings, parsed once from the environment.
 * @throws ConfigError that names each setting that is malformed, or two that contradict each other
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given: Record<string, string | undefined> = {}
  for (const name of Object.keys(settingsSchema.shape)) given[name] = readVariable(env, name)
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(problems.join('; '))
  }
  const { SEARCH_RANKING, SEARCH_QUERIES, CORDAGE_HOME, SMTP_URL, MAIL_FROM } = parsed.data
  if (SMTP_URL && MAIL_FROM === undefined)
    throw new ConfigError('MAIL_FROM is missing: SMTP_URL needs a sender, such as reports@shop.example')
  if (SEARCH_RANKING !== 'plain' && SEARCH_QUERIES === 'off')
    throw new ConfigError(
      `SEARCH_RANKING: ${SEARCH_RANKING} learns by query, and SEARCH_QUERIES=off records none: set SEARCH_QUERIES to hashed or kept`,
    )
  return { ...parsed.data, CORDAGE_HOME: resolve(CORDAGE_HOME) }
}

/** The folder of all state, and where its name comes from: if it was set for one command only, the next uses another. */
export function describeHome(
  { CORDAGE_HOME }: Pick<Settings, 'CORDAGE_HOME'>,
  env: NodeJS.ProcessEnv = process.env,
): string {
  return readVariable(env, 'CORDAGE_HOME') === undefined
    ? `${CORDAGE_HOME} (the default, for CORDAGE_HOME is not set)`
    : `${CORDAGE_HOME} (set by CORDAGE_HOME)`
}

function toConnection(from: string, text: string): SecretUrl {
  if (!/^(postgres(ql)?|sqlserver):\/\//.test(text))
    throw new ConfigError(`${from}: must be a URL that begins with postgres:// or sqlserver://`)
  return new SecretUrl(text)
}

/**
 * The connection that a source file names: `<NAME>_URL`, `<NAME>_URL_FILE`, or `secrets/<name>.url` under CORDAGE_HOME.
 * @throws ConfigError where none of the three is there
 */
export function readConnection(name: string, home: string, env: NodeJS.ProcessEnv = process.env): SecretUrl {
  const found = findNamedUrl(name, home, env)
  if ('text' in found) return toConnection(found.from, found.text)
  const { variable, file, cause } = found
  throw new ConfigError(
    `connection "${name}": set ${variable} or ${variable}_FILE, or write the URL to ${file}`,
    cause === undefined ? {} : { cause },
  )
}

/**
 * The webhook that a file names, from the same three places: its URL is its secret.
 * @returns undefined where none of the three is there
 * @throws ConfigError where it is no URL of the web, or its file cannot be read
 */
export function readWebhook(
  name: string,
  home: string,
  env: NodeJS.ProcessEnv = process.env,
): SecretUrl | undefined {
  const found = findNamedUrl(name, home, env)
  if (!('text' in found)) {
    if (found.cause === undefined) return undefined
    throw new ConfigError(`webhook "${name}": ${found.file} cannot be read`, { cause: found.cause })
  }
  if (!/^https?:\/\//.test(found.text) || !URL.canParse(found.text))
    throw new ConfigError(`${found.from}: must be a URL that begins with https:// or http://`)
  return new SecretUrl(found.text)
}

type NamedUrl = { from: string; text: string } | { variable: string; file: string; cause?: unknown }

function findNamedUrl(name: string, home: string, env: NodeJS.ProcessEnv): NamedUrl {
  const variable = `${name.toUpperCase().replaceAll('-', '_')}_URL`
  const given = readVariable(env, variable)
  if (given !== undefined) return { from: variable, text: given }
  const file = resolve(home, 'secrets', `${name}.url`)
  try {
    return { from: file, text: readFileSync(file, 'utf8').trim() }
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    return { variable, file, ...(isMissing ? {} : { cause }) }
  }
}
