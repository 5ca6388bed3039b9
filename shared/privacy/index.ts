import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Row, SourceColumn, SourceTable, Value } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import { KEY_BYTES, NONCE_BYTES, open, seal } from './seal.ts'

export { openMasterKey, readMasterKey } from './master-key.ts'

/** The vaults of all systems, under one master key. */
export type Privacy = {
  vaultOf(system: string): Vault
  /** A key for one purpose, which tells nothing of the master key or of other purposes. */
  keyFor(purpose: string): KeyObject
}

/** The personal keys of one system's clients, and their use. */
export type Vault = {
  /**
   * The keys of these clients, created where missing. Once per transaction.
   * @returns by client id; a client that was erased is not among them
   */
  keysOf(query: Query, clientIds: string[]): Promise<Map<string, KeyObject>>
  /**
   * A row after its table's policy. @param key the client's; undefined for a table without personal data, and for a row
   *   without a client: what only that client's key could treat is null then
   */
  treat(table: SourceTable, row: Row, key: KeyObject | undefined): Row
}

export function makePrivacy(masterKey: Buffer): Privacy {
  const vaults = new Map<string, Vault>()
  return {
    vaultOf(system) {
      const vault = vaults.get(system) ?? openVault(system, masterKey)
      vaults.set(system, vault)
      return vault
    },
    keyFor: purpose =>
      createSecretKey(
        Buffer.from(hkdfSync('sha256', masterKey, purpose, 'cordage key for a purpose', KEY_BYTES)),
      ),
  }
}

/** Clients' unwrapped keys kept in memory: enough for those who are active, small enough for a laptop. */
const CACHED_KEYS = 50_000

export function openVault(system: string, masterKey: Buffer): Vault {
  const systemKey = createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, system, 'cordage joinable hash', KEY_BYTES)),
  )
  const wrappingKey = createSecretKey(masterKey)
  // Key objects, because node:crypto creates one at each use of plain bytes, at some four times the cost of the use.
  const cache = new Map<string, KeyObject>()
  const remember = (clientId: string, key: KeyObject) => {
    if (cache.size >= CACHED_KEYS) cache.delete(cache.keys().next().value ?? '')
    cache.set(clientId, key)
  }
  const readKeys = async (query: Query, clientIds: string[]): Promise<[string, KeyObject][]> => {
    if (clientIds.length === 0) return []
    const rows = await query<{ client_id: string; wrapped: Buffer }>(
      'select client_id, wrapped from privacy.client_key where system = $1 and client_id = any($2)',
      [system, clientIds],
    )
    return rows.map(({ client_id, wrapped }) => [
      client_id,
      createSecretKey(unwrap(wrappingKey, system, client_id, wrapped)),
    ])
  }
  return {
    async keysOf(query, clientIds) {
      const ids = [...new Set(clientIds)]
      if (ids.length === 0) return new Map()
      const erased = new Set(
        (
          await query<{ client_id: string }>(
            'select client_id from privacy.erased where system = $1 and client_id = any($2)',
            [system, ids],
          )
        ).map(row => row.client_id),
      )
      const keys = new Map<string, KeyObject>()
      for (const id of ids) {
        const key = cache.get(id)
        if (key && !erased.has(id)) keys.set(id, key)
      }
      const unread = ids.filter(id => !keys.has(id) && !erased.has(id))
      for (const [id, key] of await readKeys(query, unread)) {
        keys.set(id, key)
        remember(id, key)
      }
      const met = unread.filter(id => !keys.has(id))
      if (met.length === 0) return keys
      await query(
        `insert into privacy.client_key (system, client_id, wrapped)
         select $1, * from unnest($2::text[], $3::bytea[]) on conflict do nothing`,
        [system, met, met.map(id => wrap(wrappingKey, system, id, randomBytes(KEY_BYTES)))],
      )
      // Read back, because another writer may have been first; not remembered, because the caller's transaction may still
      // be rolled back and these keys with it: what they have encrypted by then could never be read.
      for (const [id, key] of await readKeys(query, met)) keys.set(id, key)
      return keys
    },
    treat(table, row, key) {
      if (!table.personal) return row
      const treated: Row = {}
      if (!key && clientOf(table, row) !== undefined) throw new Error('a personal row has no client key')
      for (const [name, value] of Object.entries(row)) {
        const column = table.columns[name]
        // In a table with personal data an unlisted column counts as personal.
        if (!column || column.policy === 'drop') continue
        treated[name] = value === null ? null : treatValue(name, column, value, key, systemKey)
      }
      return treated
    },
  }
}

function treatValue(
  name: string,
  column: SourceColumn,
  value: string | number | boolean,
  key: KeyObject | undefined,
  systemKey: KeyObject,
): Value {
  if (!key && needsClient(column)) return null
  switch (column.policy) {
    case 'hash':
      return hashValue(column.joinable ? systemKey : required(key), name, String(value))
    case 'encrypt':
      return encryptValue(required(key), name, String(value))
    case 'generalise':
      return Number(String(value).slice(0, 4))
    case 'keep':
      return value
    default:
      throw new Error(`column ${name} has no policy in a table with personal data`)
  }
}

/** Whose row it is; undefined where it names nobody. */
export function clientOf(table: SourceTable, row: Row): string | undefined {
  const client = table.personal && table.client ? row[table.client] : undefined
  return client === undefined || client === null ? undefined : String(client)
}

/** Whether only the client's own key can treat a column's values. */
export function needsClient({ policy, joinable }: SourceColumn): boolean {
  return policy === 'encrypt' || (policy === 'hash' && !joinable)
}

function required(key: KeyObject | undefined): KeyObject {
  if (!key) throw new Error('a personal value has no client key')
  return key
}

function hashValue(key: KeyObject, column: string, value: string): string {
  return createHmac('sha256', key).update(column).update('\0').update(value).digest('hex')
}

/**
 * AES-256-GCM, base64 of nonce, ciphertext and tag. The nonce comes from the value, so that equal values of one client
 * stay equal and history can be compared; another value or column gives another nonce.
 */
function encryptValue(key: KeyObject, column: string, value: string): string {
  const nonce = createHmac('sha256', key)
    .update(column)
    .update('\0')
    .update(value)
    .digest()
    .subarray(0, NONCE_BYTES)
  return seal(key, nonce, Buffer.from(value), Buffer.from(column)).toString('base64')
}

/** The clear value of an encrypted one, for those who hold the client's key. */
export function decryptValue(key: KeyObject, column: string, sealed: string): string {
  return open(key, Buffer.from(sealed, 'base64'), Buffer.from(column)).toString()
}

function wrap(wrappingKey: KeyObject, system: string, clientId: string, key: Buffer): Buffer {
  return seal(wrappingKey, randomBytes(NONCE_BYTES), key, Buffer.from(`${system}/${clientId}`))
}

function unwrap(wrappingKey: KeyObject, system: string, clientId: string, wrapped: Buffer): Buffer {
  try {
    return open(wrappingKey, wrapped, Buffer.from(`${system}/${clientId}`))
  } catch (cause) {
    throw new ConfigError("secrets/master.key is not the one that wrapped the clients' keys", { cause })
  }
}
