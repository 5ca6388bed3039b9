import type { SendMailOptions } from 'nodemailer'
import { oneLine } from '../outcome.ts'

/** A mail to one person. */
export type Letter = {
  /** Without the brackets. The same for each copy, so that mail programs show one. */
  messageId: string
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
  pdf: { name: string; bytes: Uint8Array }
  /** Where one click ends such mails (RFC 8058). */
  unsubscribeUrl: string | undefined
}

/** The mail as it is sent: both texts as alternatives, and the PDF attached. */
export function toMessage(letter: Letter, from: string): SendMailOptions {
  const { unsubscribeUrl: url } = letter
  return {
    from,
    to: { name: oneLine(letter.to.name), address: letter.to.address },
    subject: oneLine(letter.subject),
    messageId: `<${letter.messageId}>`,
    text: letter.text,
    html: letter.html,
    attachments: [
      {
        filename: oneLine(letter.pdf.name),
        content: Buffer.from(letter.pdf.bytes),
        contentType: 'application/pdf',
      },
    ],
    headers: {
      // No absence note is answered to it (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(url !== undefined && { 'List-Unsubscribe': { prepared: true, value: `<${url}>` } }),
      ...(url?.startsWith('https:') && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
    // What is in a report is text, never a file of this machine or of the web.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
