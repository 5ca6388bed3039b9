export { type Authenticate, isLoopback, makeAuthenticate } from './access.ts'
export { type CsvSpec, csvForm } from './csv.ts'
export * from './define.ts'
export type { Form } from './forms.ts'
export { type Host, makeHost } from './host.ts'
export { hasAccess, type Identity, OPERATOR } from './identity.ts'
export { discoverIssuer, ISSUER_TIMEOUT_MS, type Issuer } from './issuer.ts'
export { answerJobs, isJobsPath, jobFunctionOf } from './jobs.ts'
export { type FunctionReply, type FunctionRequest, toInputSchema } from './message.ts'
export { makeOpenApi, toJsonSchema } from './openapi.ts'
export type { Problem } from './problem.ts'
export { answersGet } from './read-call.ts'
export { onlyGet, plainReply, problemReply } from './reply.ts'
export type { Opened, Openers, ResourceName, Resources } from './resources.ts'
export { EXIT_CONFIG, exitWith, openResources, storeOptionsOf } from './serve.ts'
export {
  answer,
  answerProbe,
  bodyLimitOf,
  closeServer,
  listen,
  MAX_BATCH_BYTES,
  MAX_BODY_BYTES,
  makeServer,
  type Router,
} from './server.ts'
