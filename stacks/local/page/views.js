import { freshness } from './views/data/freshness.js'
import { lineage } from './views/data/lineage.js'
import { quality } from './views/data/quality.js'
import { runs } from './views/data/runs.js'
import { data } from './views/data.js'
import { forecasts } from './views/forecasts.js'
import { overview } from './views/index.js'
import { propositions } from './views/propositions.js'
import { reports } from './views/reports.js'
import { sales } from './views/sales.js'
import { search } from './views/search.js'

/**
 * What a view is opened with.
 *
 * @typedef {object} Visit
 * @property {URLSearchParams} params what the address asks for
 * @property {AbortSignal} signal aborts when the view is left
 * @property {(params: URLSearchParams, how?: 'push' | 'replace') => void} remember puts into the address what is shown
 */
/**
 * A view's file lies where its address says: `/data/runs` is views/data/runs.js.
 *
 * @typedef {object} View
 * @property {string} address
 * @property {string} name in the navigation and the title
 * @property {string} heading
 * @property {(visit: Visit) => Node[]} open makes what is shown
 */

/** In the order of the navigation. @type {View[]} */
export const views = [
  overview,
  search,
  sales,
  forecasts,
  propositions,
  reports,
  data,
  freshness,
  runs,
  lineage,
  quality,
]
