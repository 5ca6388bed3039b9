import { join } from 'node:path'
import type { Settings } from '../../config/index.ts'
import { writeToOutbox } from '../files.ts'
import type { Mail, Mailer } from './mailer.ts'
import { readSmtpUrl } from './smtp-url.ts'

export type { Letter } from './letter.ts'
export type { Mail, Mailer } from './mailer.ts'

const NOBODY = 'Cordage <cordage@localhost>'

/** A mail server where SMTP_URL names one, else files under CORDAGE_HOME, each the whole mail. @throws ConfigError */
export function openMail({
  SMTP_URL,
  MAIL_FROM = NOBODY,
  CORDAGE_HOME,
}: Pick<Settings, 'SMTP_URL' | 'MAIL_FROM' | 'CORDAGE_HOME'>): Mail {
  if (!SMTP_URL)
    return { via: 'file', from: MAIL_FROM, open: async () => await openFiles(CORDAGE_HOME, MAIL_FROM) }
  const server = readSmtpUrl(SMTP_URL)
  return {
    via: 'smtp',
    from: MAIL_FROM,
    async open() {
      // On demand: a start does not wait for it.
      const { openSmtp } = await import('./smtp.ts')
      return openSmtp(server, MAIL_FROM)
    },
  }
}

async function openFiles(home: string, from: string): Promise<Mailer> {
  const { composeMail } = await import('./smtp.ts')
  return {
    async send(letter, name) {
      await writeToOutbox(join(home, 'outbox', 'reports'), name, 'eml', await composeMail(letter, from))
      return { is: 'sent' }
    },
    close() {},
  }
}
