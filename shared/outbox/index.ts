export { type ChatKind, chatVia, type Note, sendNote } from './chat/index.ts'
export { type Letter, type Mail, type Mailer, openMail } from './mail/index.ts'
export { describeProblem, type Outcome, oneLine } from './outcome.ts'
