import type { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'

/** A Trino's address, its user, and where in it the warehouse is. */
export type TrinoPlace = {
  host: string
  port: number
  scheme: 'http' | 'https'
  user: string
  password: string | undefined
  /** File of the certificate authority; undefined takes the system's. */
  ca: string | undefined
  catalog: string
  /** Schema of the finished tables; builds are in `<schema>_<n>`. */
  schema: string
}

const FORM = 'trino://user[:password]@host[:port]/catalog[/schema][?ssl=true][&ca=file]'
/** These go into names and locations: what needs no quoting anywhere. */
const NAME = /^[a-z][a-z0-9_]*$/

/** @throws ConfigError that says what of the URL is wrong */
export function parseTrinoUrl(given: SecretUrl): TrinoPlace {
  const wrong = (what: string) => new ConfigError(`WAREHOUSE_URL: ${what}: it must be ${FORM}`)
  // URL knows nothing of `trino:` and would leave host and port unread.
  const url = URL.parse(given.reveal().replace(/^trino:/, 'http:'))
  if (!url?.hostname) throw wrong('no host')
  const [catalog = '', schema = 'warehouse', ...more] = url.pathname.slice(1).split('/').map(decode)
  if (catalog === '') throw wrong('no catalog')
  if (!NAME.test(catalog) || !NAME.test(schema) || more.length > 0)
    throw wrong('catalog and schema are lower-case words')
  const user = decode(url.username)
  if (user === '') throw wrong('no user')
  for (const name of url.searchParams.keys())
    if (!['ssl', 'ca'].includes(name)) throw wrong(`no option "${name}"`)
  const ssl = url.searchParams.get('ssl') ?? 'false'
  if (!['true', 'false'].includes(ssl)) throw wrong('ssl is true or false')
  const password = url.password === '' ? undefined : decode(url.password)
  if (password !== undefined && ssl === 'false') throw wrong('a password goes over ssl=true only')
  return {
    // Without the brackets of an IPv6 address, which only a URL needs.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    // `http:` in a URL swallows its own default.
    port: Number(url.port || (/@[^/]*:80(\/|$)/.test(given.reveal()) ? 80 : ssl === 'true' ? 443 : 8080)),
    scheme: ssl === 'true' ? 'https' : 'http',
    user,
    password,
    ca: url.searchParams.get('ca') ?? undefined,
    catalog,
    schema,
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
