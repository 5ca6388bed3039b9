import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A certificate for this machine, and the authority that made it. */
export async function makeCertificate(folder: string) {
  const file = (name: string) => join(folder, name)
  const make = (name: string, ...args: string[]) =>
    run(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'].concat(
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.pem`),
        args,
      ),
    )
  await make('authority', '-subj', '/CN=Our authority')
  const signed = ['-CA', file('authority.pem'), '-CAkey', file('authority.key')]
  const extensions = ['subjectAltName=IP:127.0.0.1', 'basicConstraints=critical,CA:FALSE']
  await make('server', '-subj', '/CN=127.0.0.1', ...signed, ...extensions.flatMap(e => ['-addext', e]))
  return {
    key: await readFile(file('server.key'), 'utf8'),
    cert: await readFile(file('server.pem'), 'utf8'),
    authority: file('authority.pem'),
  }
}
