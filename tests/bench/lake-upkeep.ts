import {
  cleanLog,
  compact,
  OWN_COLUMNS,
  openTable,
  RowBuffer,
  schemaActions,
  vacuum,
  writeRows,
} from '../../shared/lake/index.ts'
import { type ObjectInfo, ObjectNotFoundError, type ObjectStore } from '../../shared/objects/index.ts'

/**
 * A table that gets a commit a second, with upkeep every five minutes, on a clock that runs ahead: what it holds each
 * simulated hour. Once the first hours have passed retention, files and log must stay flat.
 */
const HOURS = Number(process.argv[2] ?? 8)
const UPKEEP_SECONDS = 300

const realNow = Date.now
let aheadMs = 0
Date.now = () => realNow() + aheadMs

/** In memory, so that hours of commits take minutes, and stamped by the same clock. */
function makeMemoryObjects(): ObjectStore & { bytes(): number } {
  const stored = new Map<string, { body: Buffer; modifiedAt: Date }>()
  const read = (key: string) => {
    const object = stored.get(key)
    if (!object) throw new ObjectNotFoundError(key)
    return object.body
  }
  const write: ObjectStore['put'] = async (key, body) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of typeof body === 'string' || body instanceof Uint8Array
      ? [Buffer.from(body)]
      : body)
      chunks.push(chunk)
    stored.set(key, { body: Buffer.concat(chunks), modifiedAt: new Date(Date.now()) })
  }
  return {
    get: async key => read(key),
    getRange: async (key, start, end) => read(key).subarray(start, end),
    put: write,
    putIfAbsent: async (key, body) => {
      if (stored.has(key)) return false
      await write(key, body)
      return true
    },
    async *list(prefix, { startAfter = '' } = {}) {
      const keys = [...stored.keys()].filter(key => key.startsWith(prefix) && key > startAfter).sort()
      for (const key of keys) {
        const { body, modifiedAt } = stored.get(key) ?? { body: read(key), modifiedAt: new Date(0) }
        yield { key, size: body.length, modifiedAt } satisfies ObjectInfo
      }
    },
    delete: async key => void stored.delete(key),
    bytes: () => [...stored.values()].reduce((sum, { body }) => sum + body.length, 0),
  }
}

const objects = makeMemoryObjects()
const table = await openTable(objects, 'upkeep')
const columns = [
  { name: 'ID', type: { kind: 'int' as const } },
  { name: 'Name', type: { kind: 'string' as const } },
]
let checkpointMs = 0
let upkeepMs = 0

for (let second = 1; second <= HOURS * 3600; second++) {
  aheadMs += 1000
  const { actions } = schemaActions(table.snapshot, columns)
  const rows = new RowBuffer(columns, OWN_COLUMNS)
  for (let i = 0; i < 5; i++)
    rows.add({ ID: i, Name: `name ${i}` }, ['u', `0001-${second}-${i}`, 0, BigInt(second * 5 + i), 0n, 0n, 1])
  const add = await writeRows(table, { year: '2017', month: '6' }, rows)
  while (!(await table.commit('WRITE', [...actions, { add }])));
  const checkpointStart = performance.now()
  await table.checkpointIfDue()
  checkpointMs += performance.now() - checkpointStart

  if (second % UPKEEP_SECONDS === 0) {
    const start = performance.now()
    const opened = await openTable(objects, 'upkeep')
    await compact(opened)
    await cleanLog(opened)
    await vacuum(opened)
    upkeepMs += performance.now() - start
  }
  if (second % 3600 === 0) await report(second / 3600)
}

async function report(hour: number): Promise<void> {
  const { snapshot } = await openTable(objects, 'upkeep')
  let log = 0
  let data = 0
  for await (const { key } of objects.list('upkeep/')) key.includes('_delta_log') ? log++ : data++
  const name = `lake.upkeep.hour_${hour}`
  console.log(`${name}.table_files ${snapshot.files.size} files`)
  console.log(`${name}.stored_files ${data} files`)
  console.log(`${name}.log_files ${log} files`)
  console.log(`${name}.stored ${(objects.bytes() / 1e6).toFixed(1)} MB`)
  console.log(`${name}.checkpoint ${(checkpointMs / 360).toFixed(1)} ms`)
  console.log(`${name}.upkeep ${(upkeepMs / 12).toFixed(0)} ms`)
  checkpointMs = 0
  upkeepMs = 0
}
