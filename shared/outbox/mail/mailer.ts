import type { Outcome } from '../outcome.ts'
import type { Letter } from './letter.ts'

/** Where mails go. */
export type Mail = {
  /** Whether a server takes them, or they become files. */
  via: 'smtp' | 'file'
  /** Who sends them; its host stands in their ids. */
  from: string
  /** Opens connections, for as many mails as there are at once. */
  open(): Promise<Mailer>
}

export type Mailer = {
  /** @param name of the file, where there is no server */
  send(letter: Letter, name: string): Promise<Outcome>
  close(): void
}
