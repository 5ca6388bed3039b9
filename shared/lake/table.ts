import { randomUUID } from 'node:crypto'
import { describeError } from '../errors/index.ts'
import { type ObjectInfo, ObjectNotFoundError, type ObjectStore } from '../objects/index.ts'
import { type Action, collide, formatCommit, parseCommit } from './actions.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { Snapshot } from './snapshot.ts'

export const CHECKPOINT_INTERVAL = 10

/**
 * A table's own settings for other writers and for ours. History is in the rows, which keep every change, so old
 * versions serve only readers that have already started: the longest, a warehouse build, takes minutes. At a commit a second two
 * hours are 7,200 log entries and as many small files, which a listing and a checkpoint carry easily; a week would be
 * half a million.
 */
export const RETENTION_HOURS = 2
export const CONFIGURATION = {
  'delta.logRetentionDuration': `interval ${RETENTION_HOURS} hours`,
  'delta.deletedFileRetentionDuration': `interval ${RETENTION_HOURS} hours`,
  'delta.checkpointInterval': String(CHECKPOINT_INTERVAL),
}
const HOUR_MS = 3_600_000

/**
 * How long a snapshot may go unconfirmed. The next commit's name must never be one that clean-up has already deleted:
 * put-if-absent would succeed there and the commit would be lost. Far below the log's retention.
 */
const STALE_MS = 5 * 60 * 1000

const ENGINE = 'Cordage/0.1.0'

/** The log of a table lacks a commit in its middle. */
export class BrokenLogError extends Error {
  override readonly name = 'BrokenLogError'
}

/** A Delta table in object storage, its snapshot kept in memory and brought up to date from the log. */
export class Table {
  readonly objects: ObjectStore
  /** Key of its folder, without a slash at the end. */
  readonly path: string
  snapshot = new Snapshot()
  #confirmedAt = Number.NEGATIVE_INFINITY
  #turn: Promise<unknown> = Promise.resolve()
  #waiting: Waiting[] = []

  constructor(objects: ObjectStore, path: string) {
    this.objects = objects
    this.path = path
  }

  key(file: string): string {
    return `${this.path}/${file}`
  }

  get retentionMs(): number {
    const configured = this.snapshot.metadata?.configuration['delta.deletedFileRetentionDuration']
    return parseInterval(configured) ?? RETENTION_HOURS * HOUR_MS
  }

  /**
   * One at a time within this process. Where several work on one table, each does in here what changes the snapshot
   * (`refresh`, `commit`): two at once would take one commit for two.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /**
   * Commits actions for as long as they hold against the snapshot. To be called in a turn.
   * @param stillHolds whether they do; asked before each try
   * @returns false where they no longer hold
   */
  async commitWhile(stillHolds: () => boolean, operation: string, actions: Action[]): Promise<boolean> {
    return (await this.#commitGroup([{ stillHolds, operation, actions }])).length > 0
  }

  /** The same in its own turn. Others that wait by then join the same commit, unless they conflict. */
  commitInTurn(stillHolds: () => boolean, operation: string, actions: Action[]): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#waiting.push({ stillHolds, operation, actions, resolve, reject })
    void this.exclusive(async () => {
      const group = this.#takeGroup()
      try {
        const committed = await this.#commitGroup(group)
        for (const one of group) one.resolve(committed.includes(one))
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    })
    return promise
  }

  /** The first that waits, and all that can join it. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = []
    const goesWith = (one: Waiting) =>
      group.every(other => other.operation === one.operation && !collide(other.actions, one.actions))
    for (const one of this.#waiting) if (goesWith(one)) group.push(one)
    this.#waiting = this.#waiting.filter(one => !group.includes(one))
    return group
  }

  /** @returns those that were committed */
  async #commitGroup<T extends Pending>(group: T[]): Promise<T[]> {
    for (;;) {
      const still = group.filter(({ stillHolds }) => stillHolds())
      const [first] = still
      if (!first) return []
      const actions = still.flatMap(({ actions }) => actions)
      if (await this.commit(first.operation, actions)) {
        await this.checkpointIfDue()
        return still
      }
    }
  }

  /** Takes in the commits that others have made. */
  async refresh(): Promise<void> {
    const age = Date.now() - this.#confirmedAt
    if (!this.snapshot.exists || age < 0 || age > STALE_MS) {
      this.snapshot = await loadSnapshot(this)
      this.#confirmedAt = Date.now()
      return
    }
    for (;;) {
      const confirmedAt = Date.now()
      const actions = await readCommit(this, this.snapshot.version + 1)
      if (actions) this.snapshot.apply(this.snapshot.version + 1, actions)
      this.#confirmedAt = confirmedAt
      if (!actions) return
    }
  }

  /**
   * Commits the actions as the version after the snapshot's. The snapshot is then that version, or, when another writer
   * was first, that writer's: check what is left to do, and commit again.
   * @returns whether the commit is ours
   */
  async commit(operation: string, actions: Action[]): Promise<boolean> {
    if (Math.abs(Date.now() - this.#confirmedAt) > STALE_MS) {
      const known = this.snapshot.version
      await this.refresh()
      if (this.snapshot.version !== known) return false
    }
    const version = this.snapshot.version + 1
    const txnId = randomUUID()
    const commitInfo = {
      timestamp: Date.now(),
      operation,
      operationParameters: {},
      engineInfo: ENGINE,
      txnId,
    }
    const commit: Action[] = [{ commitInfo }, ...actions]
    if (!(await this.#put(version, commit)) && !isCommitOf(await readCommit(this, version), txnId)) {
      await this.refresh()
      return false
    }
    this.snapshot.apply(version, commit)
    this.#confirmedAt = Date.now()
    return true
  }

  /** @returns false also if the storage failed although a commit of that version exists: the log says whose it is */
  async #put(version: number, commit: Action[]): Promise<boolean> {
    try {
      return await this.objects.putIfAbsent(this.key(logName(version)), formatCommit(commit))
    } catch (error) {
      if (await readCommit(this, version).catch(() => undefined)) return false
      throw error
    }
  }

  /** Writes a checkpoint of the snapshot where one is due. */
  async checkpointIfDue(): Promise<boolean> {
    const { version } = this.snapshot
    if (version <= 0 || version % CHECKPOINT_INTERVAL !== 0) return false
    await this.checkpoint()
    return true
  }

  async checkpoint(): Promise<void> {
    const { snapshot } = this
    snapshot.dropTombstones(Date.now() - this.retentionMs)
    const { bytes, actions } = writeCheckpoint(snapshot)
    await this.objects.put(this.key(checkpointName(snapshot.version)), bytes)
    const last = {
      version: snapshot.version,
      size: actions,
      sizeInBytes: bytes.length,
      numOfAddFiles: snapshot.files.size,
    }
    await this.objects.put(this.key(LAST_CHECKPOINT), JSON.stringify(last))
  }
}

/** A commit to be made, and one of those that wait for their turn. */
type Pending = { stillHolds: () => boolean; operation: string; actions: Action[] }
type Waiting = Pending & { resolve: (isCommitted: boolean) => void; reject: (error: unknown) => void }

/**
 * A table as it is now, or as it was at a version. A table without a first commit is opened too: its snapshot does not
 * exist yet.
 * @throws VersionNotFoundError where the version is not, or no longer, in the log
 */
export async function openTable(
  objects: ObjectStore,
  path: string,
  options: { version?: number } = {},
): Promise<Table> {
  const table = new Table(objects, path)
  if (options.version === undefined) await table.refresh()
  else table.snapshot = await loadSnapshot(table, options.version)
  return table
}

export class VersionNotFoundError extends Error {
  override readonly name = 'VersionNotFoundError'
  constructor(path: string, version: number) {
    super(`${path} has no version ${version}: not yet, or its log has been cleaned up`)
  }
}

const LOG = '_delta_log/'
const LAST_CHECKPOINT = `${LOG}_last_checkpoint`
const versionText = (version: number) => String(version).padStart(20, '0')
const logName = (version: number) => `${LOG}${versionText(version)}.json`
const checkpointName = (version: number) => `${LOG}${versionText(version)}.checkpoint.parquet`
const LOG_ENTRY = /\/_delta_log\/(\d{20})\.(json|checkpoint\.parquet)$/

export type LogEntry = ObjectInfo & { version: number; kind: 'commit' | 'checkpoint' }

/** The log's commits and checkpoints from a version on, in order. */
export async function listLog(table: Table, from = 0): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const startAfter = from > 0 ? { startAfter: table.key(LOG + versionText(from)) } : {}
  for await (const info of table.objects.list(table.key(LOG), startAfter)) {
    const match = LOG_ENTRY.exec(info.key)
    if (match)
      entries.push({
        ...info,
        version: Number(match[1]),
        kind: match[2] === 'json' ? 'commit' : 'checkpoint',
      })
  }
  return entries
}

/** From the newest checkpoint that is not beyond the version, and the commits after it. */
async function loadSnapshot(table: Table, wanted?: number): Promise<Snapshot> {
  const snapshot = new Snapshot()
  const upTo = wanted ?? Number.POSITIVE_INFINITY
  const entries = (await listFromLastCheckpoint(table, upTo)).filter(({ version }) => version <= upTo)
  const checkpoint = entries.findLast(({ kind }) => kind === 'checkpoint')
  if (checkpoint)
    snapshot.apply(checkpoint.version, await readCheckpoint(await table.objects.get(checkpoint.key)))
  const newest = entries.findLast(({ kind }) => kind === 'commit')?.version ?? -1
  // By name and not by listing: a folder that is written to while it is listed may omit one.
  while (snapshot.version < newest) {
    const version = snapshot.version + 1
    const actions = await readCommit(table, version)
    if (!actions && wanted !== undefined) throw new VersionNotFoundError(table.path, wanted)
    if (!actions) throw new BrokenLogError(`${table.path}: version ${version} is missing from its log`)
    snapshot.apply(version, actions)
  }
  if (wanted !== undefined && snapshot.version !== wanted) throw new VersionNotFoundError(table.path, wanted)
  return snapshot
}

/** `_last_checkpoint` is a hint: if it is old, too new, missing or broken, the whole listing is used. */
async function listFromLastCheckpoint(table: Table, upTo: number): Promise<LogEntry[]> {
  const hinted = await readLastCheckpoint(table)
  if (hinted !== undefined && hinted <= upTo) {
    const entries = await listLog(table, hinted)
    if (entries.some(({ kind, version }) => kind === 'checkpoint' && version === hinted)) return entries
  }
  return listLog(table)
}

async function readLastCheckpoint(table: Table): Promise<number | undefined> {
  try {
    const { version } = JSON.parse((await table.objects.get(table.key(LAST_CHECKPOINT))).toString())
    return Number.isSafeInteger(version) ? version : undefined
  } catch (error) {
    if (error instanceof ObjectNotFoundError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** @returns undefined where there is no such commit */
export async function readCommit(table: Table, version: number): Promise<Action[] | undefined> {
  let text: string
  try {
    text = (await table.objects.get(table.key(logName(version)))).toString()
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined
    throw error
  }
  try {
    return parseCommit(text)
  } catch (error) {
    throw new BrokenLogError(`${table.path}: version ${version} cannot be read: ${describeError(error)}`)
  }
}

function isCommitOf(actions: Action[] | undefined, txnId: string): boolean {
  return actions?.some(action => 'commitInfo' in action && action.commitInfo.txnId === txnId) ?? false
}

const UNITS_MS = new Map([
  ['minute', HOUR_MS / 60],
  ['hour', HOUR_MS],
  ['day', 24 * HOUR_MS],
  ['week', 7 * 24 * HOUR_MS],
])

/** Spark's `interval 2 hours`. */
function parseInterval(text: string | undefined): number | undefined {
  const match = /^interval (\d+) (minute|hour|day|week)s?$/.exec(text ?? '')
  return match ? Number(match[1]) * (UNITS_MS.get(match[2] ?? '') ?? 0) : undefined
}
