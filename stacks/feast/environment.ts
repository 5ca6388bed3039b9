import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { SecretUrl, Settings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { duckdbFolder } from '../../shared/warehouse/index.ts'

/**
 * What feast/feature_store.yaml asks for: the warehouse's file, the store as host, port and so on, and where Feast keeps its
 * registry.
 * @throws ConfigError where the warehouse is no file
 */
export function feastEnvironment(
  settings: Pick<Settings, 'CORDAGE_HOME' | 'WAREHOUSE_URL'>,
  store: SecretUrl,
): Record<string, string> {
  if (settings.WAREHOUSE_URL?.scheme === 'trino')
    throw new ConfigError(
      'the warehouse is a Trino: register feat_product_day in a Feast of your own (docs/forecasts.md)',
    )
  const folder = resolve(settings.CORDAGE_HOME, 'feast')
  mkdirSync(folder, { recursive: true })
  const url = new URL(store.reveal())
  return {
    CORDAGE_FEAST_REGISTRY: join(folder, 'registry.db'),
    CORDAGE_WAREHOUSE_FILE: resolve(duckdbFolder(settings), 'warehouse.duckdb'),
    CORDAGE_STORE_HOST: quoted(url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '')),
    CORDAGE_STORE_PORT: url.port || '5432',
    CORDAGE_STORE_DATABASE: quoted(url.pathname.slice(1)),
    CORDAGE_STORE_USER: quoted(url.username),
    CORDAGE_STORE_PASSWORD: quoted(url.password),
    // Encrypted where the server can do it; Feast itself would ask for that of a socket too.
    CORDAGE_STORE_SSLMODE: url.searchParams.get('sslmode') ?? 'prefer',
  }
}

/** For YAML's single quotes. */
const quoted = (part: string) => decodeURIComponent(part).replaceAll("'", "''")
