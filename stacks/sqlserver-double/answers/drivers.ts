import { SqlError } from '../tds/errors.ts'
import type { Recogniser } from './registry.ts'
import { tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

/** What drivers send of themselves: settings of the session, and probes of the connection. */
export const driverStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'settings',
    text: '{settings:settings}',
    answer({ holes: { settings = '' }, session }) {
      for (const [, setting = ''] of settings.matchAll(
        /transaction isolation level (read \w+|repeatable read|serializable|snapshot)/gi,
      ))
        session.isolation = setting.toLowerCase() as DoubleSession['isolation']
      for (const [, ms] of settings.matchAll(/lock_timeout (-?\d+)/gi)) session.lockTimeoutMs = Number(ms)
      for (const [, to = ''] of settings.matchAll(/implicit_transactions (on|off)/gi))
        session.implicitTransactions = to.toLowerCase() === 'on'
      return []
    },
  },
  ...['use {database}', 'USE {database}'].map(
    (text): Recogniser<DoubleSession> => ({
      name: 'use',
      text,
      answer({ holes: { database = '' }, session }) {
        const to = session.database.name
        if (database.toLowerCase() !== to.toLowerCase())
          throw new SqlError(
            911,
            `Database '${database}' does not exist. Make sure that the name is entered correctly.`,
          )
        return [{ environment: { kind: 'database', from: to, to } }]
      },
    }),
  ),
  ...['select 1', 'SELECT 1;', 'SELECT 1'].map(
    (text): Recogniser<DoubleSession> => ({
      name: 'probe',
      text,
      answer: () => [tableOf({ '': 'int not null' }, [[1]])],
    }),
  ),
]
