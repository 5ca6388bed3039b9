import { CLIENT_SEGMENTS } from './client-segments.ts'
import { DATA_HEALTH } from './data-health.ts'
import { FORECAST_REVIEW } from './forecast-review.ts'
import { INVENTORY_STATUS } from './inventory-status.ts'
import type { ReportKind } from './kind.ts'
import { SALES_OVERVIEW } from './sales-overview.ts'

export type { ReportKind } from './kind.ts'

/** All kinds of reports; to add one, write its file and name it here. */
export const KINDS: readonly ReportKind[] = [
  SALES_OVERVIEW,
  INVENTORY_STATUS,
  CLIENT_SEGMENTS,
  FORECAST_REVIEW,
  DATA_HEALTH,
]

export const KIND_NAMES = KINDS.map(({ name }) => name) as [string, ...string[]]
