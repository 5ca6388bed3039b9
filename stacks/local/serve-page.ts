import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type FunctionReply,
  type FunctionRequest,
  onlyGet,
  problemReply,
} from '../../shared/contract/index.ts'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** Only what this server itself serves: no script in the markup, no other host, no frame around it. */
const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

/** Small letters and hyphens, and one dot in a file's name: no way out of the folder, and nothing hidden in it. */
const FILE_PATH = /^(\/[a-z-]+)+\.[a-z]+$/
const VIEW_PATH = /^(\/[a-z-]+)+$/

/** A file of the page, or its markup at each view's address. */
export function servePage(path: string, request: FunctionRequest): FunctionReply {
  const name = isView(path) ? '/index.html' : path
  const type = TYPES[extname(name)]
  if (!type || !FILE_PATH.test(name) || !existsSync(PAGE + name))
    return problemReply(404, 'Not found', `there is nothing at ${path.slice(0, 200)}`)
  const refused = onlyGet(request)
  if (refused) return refused
  const body = readFileSync(PAGE + name, 'utf8')
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  const isKnown = request.headers['if-none-match'] === etag
  return {
    status: isKnown ? 304 : 200,
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      etag,
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    },
    body: isKnown ? '' : body,
  }
}

/** The view at `/data/runs` is `views/data/runs.js`, and the one at `/` is `views/index.js`. */
function isView(path: string): boolean {
  if (path === '/') return true
  return VIEW_PATH.test(path) && path !== '/index' && existsSync(`${PAGE}/views${path}.js`)
}
