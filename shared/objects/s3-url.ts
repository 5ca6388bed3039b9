import { ConfigError } from '../errors/index.ts'

/** What an `s3://` URL says. */
export type S3Location = {
  bucket: string
  /** Before every key: empty, or ending with a slash. */
  prefix: string
  /** Without one the SDK asks its own environment, and then it is AWS. */
  endpoint: string | undefined
  region: string | undefined
  /** Buckets in the path, as self-hosted servers want them, or in the host name. */
  pathStyle: boolean
  /** Without them the SDK looks where it always does: environment, shared files, instance. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
}

const FORM = 's3://<key>:<secret>@<bucket>/<prefix>?endpoint=https://<host>&region=<region>'
const PARAMETERS = ['endpoint', 'region', 'pathStyle']
const BUCKET = /^[a-z0-9][a-z0-9._-]+$/i
/** A self-hosted server has one region, and takes it under this name unless told otherwise. */
const REGION_OF_A_SERVER = 'us-east-1'

/** @throws ConfigError that never quotes the URL, for it may hold a secret */
export function parseS3Url(text: string): S3Location {
  const refuse = (problem: string) => new ConfigError(`OBJECTS_URL: ${problem}; its form is ${FORM}`)
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw refuse('not a URL (a secret\'s "/", "+" or "@" is written "%2F", "%2B", "%40")')
  }
  const { hostname: bucket, searchParams } = url
  if (!BUCKET.test(bucket)) throw refuse('it names no bucket')
  for (const name of searchParams.keys())
    if (!PARAMETERS.includes(name)) throw refuse(`unknown parameter "${name}"`)
  const endpoint = searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !isOrigin(endpoint))
    throw refuse('endpoint must be http:// or https://, a host and a port')
  const pathStyle = searchParams.get('pathStyle') ?? 'true'
  if (!['true', 'false'].includes(pathStyle)) throw refuse('pathStyle must be true or false')
  if ((url.username === '') !== (url.password === '')) throw refuse('a key needs a secret')
  const prefix = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, '')
  return {
    bucket,
    prefix: prefix && `${prefix}/`,
    endpoint,
    region: searchParams.get('region') ?? (endpoint === undefined ? undefined : REGION_OF_A_SERVER),
    pathStyle: pathStyle === 'true',
    credentials:
      url.username === ''
        ? undefined
        : {
            accessKeyId: decodeURIComponent(url.username),
            secretAccessKey: decodeURIComponent(url.password),
          },
  }
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, pathname, search } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username === '' && pathname === '/' && search === ''
}
