export { connectPostgres } from './connect.ts'
export {
  checkLease,
  LEASE_MS,
  LEASE_RETRY_MS,
  type Lease,
  type Leases,
  makeLeases,
  underLease,
} from './lease.ts'
export { migrate, requireSchema } from './migrate.ts'
export { openStore, type StoreOptions } from './open.ts'
export * from './types.ts'
