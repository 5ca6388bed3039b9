export { sendCallbacks, signCallback } from './callback.ts'
export * from './job-store.ts'
export { type JobFunction, type JobRunner, type Outcome, type Report, startJobRunner } from './runner.ts'
