import type { Readable } from '../database/database.ts'
import { fullName, type Table } from '../database/table.ts'
import type { Transaction } from '../database/transaction.ts'
import { liveView, type View } from '../database/views.ts'
import type { Part } from '../tds/answer.ts'
import { SqlError } from '../tds/errors.ts'
import type { Login } from '../tds/login.ts'
import type { Isolation } from '../tds/requests.ts'

/**
 * What logins are denied, as T-SQL says it: `select on dbo.product`, `select on dbo.product(secret)`, `select on schema::cdc`,
 * `view server state`, `view database state`, `execute on sys.sp_cdc_help_jobs`. Tests change it while the double runs.
 */
export type Denied = Set<string>

/** A session as statements see it. */
export type DoubleSession = {
  login: Login
  database: Readable
  isolation: Isolation
  /** Negative: without end. */
  lockTimeoutMs: number
  /** A statement that reads begins a transaction, where none is open. */
  implicitTransactions: boolean
  readonly transaction: Transaction | undefined
  /** `@@trancount`. */
  readonly depth: number
  begin(isolation?: Isolation): Part[]
  commit(): Part[]
  rollback(): Part[]
  /** What its next statement reads. */
  view(): View
  /** What the client has to be told before the next part of its answer. */
  takeOwed(): Part[]
  isDenied(right: string): boolean
  /** @throws SqlError 229 or 230 where the login may not read the table, or a column of it */
  requireSelect(table: Table, columns?: readonly string[]): void
  /** @throws SqlError 229 */
  requireCdc(object: string): void
  requireServerState(): void
  requireDatabaseState(): void
  requireExecute(procedure: string): void
}

export function makeSession(database: Readable, login: Login, denied: Denied): DoubleSession {
  let transaction: Transaction | undefined
  let depth = 0
  let owed: Part[] = []
  const isDenied = (right: string) => denied.has(right.toLowerCase())
  const refuse = (number: number, text: string) => {
    throw new SqlError(number, text, { severity: 14 })
  }
  const descriptor = () => transaction?.id ?? 0n

  const session: DoubleSession = {
    ...{ login, database, isolation: 'read committed', lockTimeoutMs: -1, isDenied },
    implicitTransactions: false,
    get transaction() {
      return transaction?.isOpen ? transaction : undefined
    },
    get depth() {
      return depth
    },
    begin(isolation = session.isolation) {
      depth += 1
      if (depth > 1) return []
      transaction = database.begin(isolation)
      return [{ environment: { kind: 'begin', descriptor: descriptor() } }]
    },
    commit() {
      if (depth === 0)
        throw new SqlError(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.')
      depth -= 1
      if (depth > 0) return []
      const parts: Part[] = [{ environment: { kind: 'commit', descriptor: descriptor() } }]
      transaction?.commit()
      transaction = undefined
      return parts
    },
    rollback() {
      if (depth === 0)
        throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.')
      depth = 0
      const parts: Part[] = [{ environment: { kind: 'rollback', descriptor: descriptor() } }]
      transaction?.rollback()
      transaction = undefined
      return parts
    },
    view() {
      const { state } = database
      if (session.implicitTransactions && depth === 0) owed.push(...session.begin())
      const isSnapshot = (session.transaction?.isolation ?? session.isolation) === 'snapshot'
      if (isSnapshot && !state.allowsSnapshots && !database.isReadOnly)
        throw new SqlError(
          3952,
          `Snapshot isolation transaction failed accessing database '${database.name}' because snapshot isolation is not allowed in this database.`,
        )
      return session.transaction?.view() ?? liveView(state)
    },
    takeOwed() {
      const parts = owed
      owed = []
      return parts
    },
    requireSelect(table, columns = table.columns.map(({ name }) => name)) {
      const object = `'${table.name}', database '${database.name}', schema '${table.schema}'.`
      if (isDenied(`select on ${fullName(table)}`))
        refuse(229, `The SELECT permission was denied on the object ${object}`)
      for (const column of columns)
        if (isDenied(`select on ${fullName(table)}(${column})`))
          refuse(230, `The SELECT permission was denied on the column '${column}' of the object ${object}`)
    },
    requireCdc(object) {
      if (isDenied('select on schema::cdc'))
        refuse(
          229,
          `The SELECT permission was denied on the object '${object}', database '${database.name}', schema 'cdc'.`,
        )
    },
    requireServerState() {
      if (isDenied('view server state'))
        refuse(300, "VIEW SERVER STATE permission was denied on object 'server', database 'master'.")
    },
    requireDatabaseState() {
      if (isDenied('view database state'))
        refuse(262, `VIEW DATABASE STATE permission denied in database '${database.name}'.`)
    },
    requireExecute(procedure) {
      if (isDenied(`execute on ${procedure}`))
        refuse(229, `The EXECUTE permission was denied on the object '${procedure}'.`)
    },
  }
  return session
}
