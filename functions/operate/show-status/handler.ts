import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { exportLag } from './lag.ts'
import { readStatus, statusSchema } from './status.ts'

/** The status of everything, read in one snapshot of the store. */
export default defineFunction({
  name: 'show-status',
  summary: 'How fresh every table and mart is, what is parked, what runs',
  access: 'operator',
  readOnly: true,
  uses: ['store'] as const,
  input: z.strictObject({}),
  output: statusSchema,

  init({ resources: { store } }) {
    exportLag(store.query)
  },

  handle: (_, { resources: { store } }) =>
    store.transaction(({ query }) => readStatus(query), { readOnly: true }),
})
