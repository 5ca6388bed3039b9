/** What show-lineage answers, as layers to draw: what feeds something is left of it. */

/** @import { LineageAnswer, LineageJob } from './answers.ts' */

/**
 * A box: a dataset, or an endpoint that reads some.
 *
 * @typedef {object} Box
 * @property {string} id
 * @property {string} kind what it is, in a word
 * @property {string} name
 * @property {string} system the source's, where it is of one
 * @property {string[]} columns
 * @property {string | null} version
 * @property {string | null} at when it was last written, or last ran
 * @property {boolean} hasFailed whether what writes it failed the last time
 * @property {number} layer from 0, leftmost
 * @property {number} row from 0, topmost
 */
/** @typedef {{ from: string, to: string, job: string }} Arrow */
/** @typedef {{ boxes: Box[], arrows: Arrow[], layers: number, rows: number }} Drawing */

/** @type {Record<string, string>} */
const KINDS = {
  source: 'source',
  raw: 'topic',
  cdc: 'topic',
  lake: 'lake',
  warehouse: 'model',
  mart: 'mart',
  search: 'index',
}
/** Kinds whose name begins with its system. */
const OF_SYSTEMS = ['source', 'raw', 'cdc', 'lake']

/** @param {LineageAnswer} answer @returns {Drawing} */
export function layOut(answer) {
  const jobs = new Map(answer.jobs.map(job => [job.job, job]))
  const arrows = arrowsOf(answer)
  const boxes = [...answer.datasets.map(dataset => toBox(dataset, jobs, answer)), ...endpointsOf(answer)]
  const byId = new Map(boxes.map(box => [box.id, box]))
  const own = arrows.filter(({ from, to }) => byId.has(from) && byId.has(to))
  setLayers(boxes, own)
  const layers = Map.groupBy(boxes, ({ layer }) => layer)
  for (let layer = 0; layer < layers.size; layer++) setRows(layers.get(layer) ?? [], own, byId)
  return {
    ...{ boxes, arrows: own, layers: layers.size },
    rows: Math.max(0, ...[...layers.values()].map(each => each.length)),
  }
}

/** A dataset's kind, system and name. @param {string} dataset */
export function readName(dataset) {
  const [kind = '', ...rest] = dataset.split('.')
  const [system = '', ...table] = OF_SYSTEMS.includes(kind) ? rest : ['', ...rest]
  return { kind: KINDS[kind] ?? kind, system, name: table.join('.') }
}

/** @param {LineageAnswer['datasets'][number]} dataset @param {Map<string, LineageJob>} jobs @param {LineageAnswer} answer @returns {Box} */
function toBox({ dataset, columns, version, writtenAt }, jobs, { edges, column }) {
  const writers = edges.filter(edge => edge.dataset === dataset && edge.direction === 'writes')
  return {
    ...{ id: dataset, ...readName(dataset), columns: column === null ? [] : columns, version, at: writtenAt },
    hasFailed: writers.some(({ job }) => jobs.get(job)?.state === 'failed'),
    ...{ layer: 0, row: 0 },
  }
}

/** Jobs that read and write nothing are where people and programs get answers. @param {LineageAnswer} answer @returns {Box[]} */
function endpointsOf({ jobs, edges }) {
  return jobs
    .filter(({ job }) => edges.every(edge => edge.job !== job || edge.direction === 'reads'))
    .map(({ job, endedAt, state }) => ({
      ...{
        id: `job ${job}`,
        kind: 'endpoint',
        system: '',
        name: job,
        columns: [],
        version: null,
        at: endedAt,
      },
      ...{ hasFailed: state === 'failed', layer: 0, row: 0 },
    }))
}

/** @param {LineageAnswer} answer @returns {Arrow[]} */
function arrowsOf({ edges, columns, column }) {
  const known = new Set(columns.map(({ job, from, to }) => `${job}\n${from.dataset}\n${to.dataset}`))
  return [...Map.groupBy(edges, ({ job }) => job)].flatMap(([job, own]) => {
    const reads = own.filter(({ direction }) => direction === 'reads').map(({ dataset }) => dataset)
    const writes = own.filter(({ direction }) => direction === 'writes').map(({ dataset }) => dataset)
    const to = writes.length === 0 ? [`job ${job}`] : writes
    return reads
      .flatMap(from => to.map(to => ({ from, to, job })))
      .filter(
        arrow => column === null || writes.length === 0 || known.has(`${job}\n${arrow.from}\n${arrow.to}`),
      )
  })
}

/**
 * A box is right of all that feed it, and what nothing feeds is next to what it feeds.
 *
 * @param {Box[]} boxes @param {Arrow[]} arrows
 */
function setLayers(boxes, arrows) {
  const into = Map.groupBy(arrows, ({ to }) => to)
  const outOf = Map.groupBy(arrows, ({ from }) => from)
  const byId = new Map(boxes.map(box => [box.id, box]))
  /** @type {Map<string, number>} */
  const known = new Map()
  /** @param {string} id @param {Set<string>} path @returns {number} */
  const layerOf = (id, path) => {
    if (path.has(id)) return -1
    const before = known.get(id)
    if (before !== undefined) return before
    const layer =
      1 + Math.max(-1, ...(into.get(id) ?? []).map(({ from }) => layerOf(from, new Set([...path, id]))))
    known.set(id, layer)
    return layer
  }
  for (const box of boxes) box.layer = layerOf(box.id, new Set())
  for (const box of boxes)
    if (!into.has(box.id) && outOf.has(box.id))
      box.layer = Math.min(...(outOf.get(box.id) ?? []).map(({ to }) => byId.get(to)?.layer ?? 1)) - 1
}

/**
 * Boxes of a layer, near those that feed them, one below the other.
 *
 * @param {Box[]} layer @param {Arrow[]} arrows @param {Map<string, Box>} byId
 */
function setRows(layer, arrows, byId) {
  /** @param {Box} box */
  const wanted = box => {
    const rows = arrows.filter(({ to }) => to === box.id).map(({ from }) => byId.get(from)?.row ?? 0)
    return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length
  }
  const places = new Map(layer.map(box => [box, wanted(box)]))
  const ordered = layer.toSorted(
    (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0) || a.name.localeCompare(b.name),
  )
  for (const [row, box] of ordered.entries()) box.row = row
}
