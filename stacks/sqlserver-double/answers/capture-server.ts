import { localOffset, utcDateTime2 } from '../database/clock.ts'
import type { Answer } from '../tds/answer.ts'
import type { Value } from '../tds/types.ts'
import type { Recogniser } from './registry.ts'
import { tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

/** What our capture asks of the server: its clock, and how its capture job is. */
export const serverStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'readClock',
    text: 'select datepart(tzoffset, sysdatetimeoffset()) as utc_offset, sysutcdatetime() as at',
    answer({ session: { database } }) {
      const row = [localOffset(database.clock), utcDateTime2(database.clock.now())]
      return [tableOf({ utc_offset: 'int', at: 'datetime2(7) not null' }, [row])]
    },
  },
  {
    name: 'readErrors',
    text: 'select top (1) entry_time, error_number, error_message from sys.dm_cdc_errors order by entry_time desc',
    answer({ session }) {
      session.requireDatabaseState()
      const last = session.database.server.job.errors.at(-1)
      const types = { entry_time: 'datetime', error_number: 'int', error_message: 'nvarchar(1024)' }
      return [tableOf(types, last ? [[last.at, last.number, last.message]] : [])]
    },
  },
  { name: 'readJobs', text: 'exec sys.sp_cdc_help_jobs', answer: ({ session }) => helpJobs(session) },
  { name: 'readJobs', procedure: 'sys.sp_cdc_help_jobs', answer: ({ session }) => helpJobs(session) },
]

export function helpJobs(session: DoubleSession): Answer {
  session.requireExecute('sys.sp_cdc_help_jobs')
  const { name, server } = session.database
  const types = {
    ...{
      job_id: 'uniqueidentifier',
      job_type: 'nvarchar(20) not null',
      job_name: 'sysname',
      maxtrans: 'int',
    },
    ...{
      maxscans: 'int',
      continuous: 'bit',
      pollinginterval: 'bigint',
      retention: 'bigint',
      threshold: 'bigint',
    },
  }
  const id = '5A1C0B52-9C4E-4A1B-8C3B-0000000000'
  const jobs: Value[][] = [
    ...(server.job.exists ? [[`${id}01`, 'capture', `cdc.${name}_capture`, 500, 10, true, 5n, 0n, 0n]] : []),
    ...(server.cleanupJobExists
      ? [[`${id}02`, 'cleanup', `cdc.${name}_cleanup`, 0, 0, false, 0n, 4320n, 5000n]]
      : []),
  ]
  return [tableOf(types, jobs)]
}
