import { createHash } from 'node:crypto'
import pg from 'pg'
import { describeError } from '../../../shared/errors/index.ts'
import type { EmbeddingModel, Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'

/** Any number that nobody else takes as an advisory lock: "grap" in ASCII. */
const GRAPH_LOCK = 0x67726170
/** Vectors of a model below which every one is compared: exact, and as quick. */
const EXACT_ROWS = 5000

/** Without changes for this long a first load is over: a graph is made in a tenth of the time that it takes to grow. */
const QUIET_MS = 5000
/** Where changes never pause. */
const AT_MOST_MS = 300_000

/** Makes the graphs that are worth it, some time after vectors were added. */
export function keepGraphs(store: Store, models: Models, log: Logger) {
  let timer: NodeJS.Timeout | undefined
  let dueAt = 0
  let making = Promise.resolve()
  const make = () => {
    timer = undefined
    making = ensureGraphs(store, models).catch(error => {
      log.error({ error: describeError(error) }, 'graphs were not made; the next change tries again')
    })
  }
  return {
    added(): void {
      if (timer) clearTimeout(timer)
      else dueAt = Date.now() + AT_MOST_MS
      timer = setTimeout(make, Math.max(0, Math.min(QUIET_MS, dueAt - Date.now()))).unref()
    },
    async close(): Promise<void> {
      clearTimeout(timer)
      await making
    },
  }
}

/** Above some thousands of rows a graph is worth its upkeep; once made it stays. One at a time makes it. */
export async function ensureGraphs(store: Store, models: Models): Promise<void> {
  for (const model of [models.english, models.multilingual]) await ensureGraph(store, model)
}

/** The index that a model's vectors are found by. */
const graphOf = ({ name, version }: EmbeddingModel) =>
  `vectors_${createHash('sha256').update(`${name}/${version}`).digest('hex').slice(0, 12)}`

async function ensureGraph(store: Store, model: EmbeddingModel): Promise<void> {
  const graph = graphOf(model)
  const [row] = await store.query<{ rows: string | null; is_there: boolean }>(
    `select is_there,
       case when not is_there then (select count(*) from search.product_vector where model = $1 and version = $2) end as rows
     from (select exists (select 1 from pg_index where indexrelid = to_regclass($3) and indisvalid) as is_there) g`,
    [model.name, model.version, `search.${graph}`],
  )
  if (!row || row.is_there || Number(row.rows) < EXACT_ROWS) return
  const client = await store.pool.connect()
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as is_ours', [GRAPH_LOCK])
    if (rows[0]?.is_ours) {
      // It may take long, and continues after the call that started it has ended.
      await client.query('set statement_timeout = 0')
      await client.query('set lock_timeout = 0')
      await client.query(`set maintenance_work_mem = '${memoryFor(model, Number(row.rows))}kB'`)
      await makeGraph(client, model, graph)
      await client.query('reset statement_timeout')
      await client.query('reset lock_timeout')
      await client.query('reset maintenance_work_mem')
      await client.query('select pg_advisory_unlock($1)', [GRAPH_LOCK])
    }
    client.release()
  } catch (error) {
    // The lock goes with the connection.
    client.release(true)
    throw error
  }
}

/** Of a graph's vector, beside the vector. */
const NODE_BYTES = 500
const LEAST_KB = 64 * 1024
const MOST_KB = 2 * 1024 * 1024

/** A graph that does not fit into memory takes many times as long. */
function memoryFor({ dimensions }: EmbeddingModel, rows: number): number {
  const needed = Math.ceil((rows * (2 * dimensions + NODE_BYTES)) / 1024)
  return Math.min(Math.max(needed, LEAST_KB), MOST_KB)
}

async function makeGraph(client: pg.PoolClient, model: EmbeddingModel, graph: string): Promise<void> {
  const { rows } = await client.query(
    'select 1 from pg_index where indexrelid = to_regclass($1) and not indisvalid',
    [`search.${graph}`],
  )
  // What an interrupted build left: no search uses it, and every write maintains it.
  if (rows.length > 0) await client.query(`drop index search.${graph}`)
  await client.query(
    `create index concurrently if not exists ${graph} on search.product_vector using hnsw ((vector::halfvec(${model.dimensions})) halfvec_cosine_ops)
     where model = ${pg.escapeLiteral(model.name)} and version = ${pg.escapeLiteral(model.version)}`,
  )
}
