import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Settings } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import { KEY_BYTES, NONCE_BYTES, open, seal } from './seal.ts'

const RESTORE = 'put it back from the back-up of secrets (docs/playbooks/restore.md)'
/** What is sealed in the store, to recognise the key. */
const CHECK = Buffer.from('cordage master key')

const fileOf = (home: string) => join(home, 'secrets', 'master.key')

/**
 * The key that wraps all clients' keys: `secrets/master.key` under CORDAGE_HOME, 64 hex digits.
 * @throws ConfigError where it is missing or malformed, or others may read it
 */
export function readMasterKey(home: string): Buffer {
  const file = fileOf(home)
  let text: string
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new ConfigError(`${file} can be read by others: chmod 600 it`)
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(`${file} cannot be read`, { cause })
  }
  if (!/^[0-9a-f]+$/i.test(text) || text.length !== KEY_BYTES * 2)
    throw new ConfigError(
      `${file} must hold ${KEY_BYTES * 2} hex digits, and ${text === '' ? 'is empty' : `holds ${text.length} characters`}: ${RESTORE}`,
    )
  return Buffer.from(text, 'hex')
}

/**
 * The master key of a store: given as a setting, or in a file that is created at the first start. From then on it is the one
 * that the store recognises.
 * @throws ConfigError where it is missing although the store holds keys that it wraps, or is a different key
 */
export async function openMasterKey(
  { CORDAGE_HOME, MASTER_KEY }: Pick<Settings, 'CORDAGE_HOME' | 'MASTER_KEY'>,
  query: Query,
): Promise<Buffer> {
  const key = MASTER_KEY ?? (await readOrMakeKey(CORDAGE_HOME, query))
  if (!(await isKeyOf(key, query)))
    throw new ConfigError(
      `${MASTER_KEY ? 'MASTER_KEY' : fileOf(CORDAGE_HOME)} is not the key that this store was created with: ${RESTORE}, or name its own store`,
    )
  return key
}

async function readOrMakeKey(home: string, query: Query): Promise<Buffer> {
  const file = fileOf(home)
  if (!existsSync(file)) {
    const [row] = await query<{ used: boolean }>(
      'select exists (select 1 from privacy.master_key) or exists (select 1 from privacy.client_key) as used',
    )
    // Another process may have made it meanwhile.
    if (row?.used && !existsSync(file))
      throw new ConfigError(`${file} is missing, and the store holds keys that it wraps: ${RESTORE}`)
    if (!existsSync(file)) makeMasterKey(file)
  }
  return readMasterKey(home)
}

/** Whole or not at all: half a key after a power cut would be a different one. Of two that create it at once one is first. */
function makeMasterKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const unfinished = `${file}.${process.pid}`
  const open = openSync(unfinished, 'w', 0o600)
  try {
    writeSync(open, randomBytes(KEY_BYTES).toString('hex'))
    fsyncSync(open)
    linkSync(unfinished, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(open)
    rmSync(unfinished)
  }
}

/** A store older than this check is recognised by any client's key. */
async function isKeyOf(key: Buffer, query: Query): Promise<boolean> {
  const read = () => query<{ sealed: Buffer }>('select sealed from privacy.master_key')
  if ((await read()).length === 0) {
    const [client] = await query<{ system: string; client_id: string; wrapped: Buffer }>(
      'select system, client_id, wrapped from privacy.client_key limit 1',
    )
    if (client && !opens(key, client.wrapped, `${client.system}/${client.client_id}`)) return false
    const sealed = seal(key, randomBytes(NONCE_BYTES), CHECK, CHECK)
    await query('insert into privacy.master_key (sealed) values ($1) on conflict do nothing', [sealed])
  }
  const [row] = await read()
  return row !== undefined && opens(key, row.sealed, CHECK.toString())
}

function opens(key: Buffer, sealed: Buffer, context: string): boolean {
  try {
    open(key, sealed, Buffer.from(context))
    return true
  } catch {
    return false
  }
}
