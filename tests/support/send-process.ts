import { readFileSync } from 'node:fs'
import { readSettings } from '../../shared/config/index.ts'
import { openMail } from '../../shared/outbox/index.ts'
import {
  makeSigner,
  parseDeliveries,
  planNow,
  sendDue,
  targetsOf,
} from '../../shared/reports/deliveries/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { FORMS, PRIVACY, writeAbout } from './deliveries.ts'

/** Sends all that a file of deliveries names, now, in a process of its own: a test kills it. */
const settings = readSettings()
const file = settings.REPORT_DELIVERIES ?? ''
if (!settings.STORE_URL) throw new Error('STORE_URL is missing')
const store = openStore(settings.STORE_URL)
const signer = makeSigner(PRIVACY.keyFor('reports that are sent'))
const targets = targetsOf(parseDeliveries(file, readFileSync(file, 'utf8')), signer)
await planNow(store.query, targets, new Date())
await sendDue(
  targets,
  {
    ...{
      query: store.query,
      record: store.query,
      forms: FORMS,
      mail: openMail(settings),
      signer,
      home: settings.CORDAGE_HOME,
    },
    ...{ publicUrl: undefined, log: makeLogger({ level: 'warn' }) },
    write: async (request, caller) => writeAbout(request, caller),
  },
  { until: new AbortController().signal },
)
await store.close()
