import type { WrittenReport } from '../render/written.ts'
import type { Signer } from './signer.ts'
import type { Target } from './targets.ts'

/** Links of one recipient's report: none where nobody knows by which address people reach it. */
export function linksOf(
  { publicUrl, signer }: { publicUrl: string | undefined; signer: Signer },
  { subscriptionId, channel }: Pick<Target, 'subscriptionId' | 'channel'>,
  report: WrittenReport,
): { unsubscribe: string | undefined; report: string | undefined } {
  if (publicUrl === undefined) return { unsubscribe: undefined, report: undefined }
  const base = publicUrl.replace(/\/+$/, '')
  const asked = new URLSearchParams({
    report: report.report,
    from: report.period.from,
    to: report.period.to,
    language: report.language,
    format: 'html',
  })
  for (const [name, values] of Object.entries(report.filters))
    for (const value of values) asked.append(`filters.${name}`, value)
  return {
    // A channel is nobody's own: there it ends in the file.
    unsubscribe:
      channel === 'email'
        ? `${base}/function/unsubscribe-report?token=${signer.tokenOf(subscriptionId)}`
        : undefined,
    report: `${base}/function/write-report?${asked}`,
  }
}
