import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { TOOLS } from '../../stacks/infra/server.ts'
import { KNATIVE } from '../../stacks/manifests/manifests.ts'
import { ROOT } from '../support/postgres.ts'

/** The manifests, read by faas-cli's parser, Knative's CRD and webhook, and the types of Kubernetes. */
const SCHEMAS = join(TOOLS, 'knative')

function check(files: string[]): { status: number | null; stdout: string; stderr: string } {
  const [schema = ''] = readdirSync(SCHEMAS)
  const args = [join(SCHEMAS, schema), ...files]
  return spawnSync(join(TOOLS, 'bin', 'check-manifests'), args, { encoding: 'utf8' })
}

const stack = join(ROOT, 'stack.yml')
const service = join(ROOT, KNATIVE, 'land-changes.yml')
const connector = join(ROOT, KNATIVE, 'connector.yml')

test('every manifest is what its platform reads', () => {
  const services = readdirSync(join(ROOT, KNATIVE)).map(name => join(ROOT, KNATIVE, name))
  assert.ok(services.length > 1)
  const { status, stdout, stderr } = check([stack, ...services])
  assert.equal(status, 0, stdout + stderr)
})

/** A manifest, one thing in it written wrong, and what is said of it. */
const WRONG: [file: string, right: string | RegExp, wrong: string, says: RegExp][] = [
  [stack, 'limits:', 'limts:', /field limts not found in type stack\.Function/],
  [stack, 'memory: 512Mi', 'memory: 512MB', /"512MB": quantities must match/],
  [stack, 'lang: dockerfile', 'lang: [dockerfile]', /cannot unmarshal !!seq into string/],
  [stack, 'name: openfaas', 'name: faas', /only valid "provider\.name"/],
  [service, 'timeoutSeconds:', 'timeoutSecond:', /CRD: unknown field "spec\.template\.spec\.timeoutSecond"/],
  [
    service,
    'timeoutSeconds: 130',
    'timeoutSeconds: 130s',
    /CRD: .*timeoutSeconds in body must be of type int/,
  ],
  [service, 'memory: 512Mi', 'memory: 512MB', /CRD: .*limits\.memory in body should match/],
  [service, 'mountPath: /tmp', 'subPath: tmp', /CRD: .*mountPath: Required value/],
  [service, /imeoutSeconds: 130/g, 'imeoutSeconds: 3000', /expected 0 <= 3000 <= 600/],
  [service, 'min-scale: "1"', 'min-scale: "-1"', /expected 0 <= -1/],
  [service, 'timeoutSeconds:', 'hostNetwork: true\n      timeoutSeconds:', /must not set .*hostNetwork/],
  [service, 'name: HOST', 'name: PORT', /"PORT" is a reserved environment variable/],
  [connector, 'replicas:', 'replica:', /unknown field "spec\.replica"/],
  [connector, 'memory: 512Mi', 'memory: 512MB', /quantities must match/],
  [connector, 'kind: Deployment', 'kind: Deploymnt', /no kind "Deploymnt" is registered/],
]

for (const [file, right, wrong, says] of WRONG)
  test(`${basename(file)} with "${wrong.split('\n')[0]}" is refused`, context => {
    const folder = mkdtempSync(join(tmpdir(), 'cordage-manifest-'))
    context.after(() => rmSync(folder, { recursive: true }))
    const text = readFileSync(file, 'utf8')
    const changed = text.replace(right, wrong)
    assert.notEqual(changed, text)
    const copy = join(folder, basename(file))
    writeFileSync(copy, changed)
    const { status, stdout } = check([copy])
    assert.equal(status, 1, stdout)
    assert.match(stdout, says)
  })
