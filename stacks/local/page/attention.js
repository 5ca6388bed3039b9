import { ageMs, ask } from './ask.js'
import { byId, html, setText, showList } from './dom.js'
import { bytes, count, duration, durationInWords, plural, timeOfDay } from './format.js'

/** Why a change was set aside, in a sentence. The word itself is shown beside it, because metrics and calls use it. */
const REASONS = {
  malformed_event: 'it could not be read',
  type_mismatch: 'a value is not of the type that the source file declares',
  missing_key: 'its key is missing',
  key_missing: 'its key is missing',
  unknown_table: 'its table is in no source file',
  unknown_type: 'it is of a kind that nobody knows',
  incompatible_schema: 'its columns do not fit the files in the lake',
  unchanged_value_unknown: 'the source left out a large value that had not changed',
  too_large: 'its function takes no body of this size',
  unknown_error: 'it failed three times for a reason that nobody foresaw; the log has it',
}

/** Where nothing but a change's place is kept, because its personal values were not treated yet: it cannot be sent again. */
const ADMISSION = 'admit-changes'

/** Tries of an object after which it is no passing moment that its function has not taken it. */
const PATIENCE = 5

const SOURCE_STATES = {
  snapshot: 'tables of it are being read, while its changes are followed',
  streaming: 'its changes are followed as they happen',
  lost: 'its changes since the last ones seen are lost',
}

export function showAttention(status) {
  showProblems(status)
  showSources(status.sources)
  showJobs(status)
}

function problemsOf({ sources, tables, marts, parked, failed, jobs, objects }) {
  return [
    ...sources
      .filter(source => source.problem)
      .map(source => ({
        key: `source ${source.system}`,
        text: `Source ${source.system}`,
        detail: source.problem,
      })),
    ...tables
      .filter(table => table.problem)
      .map(table => ({
        key: `table ${table.consumer} ${table.topic}`,
        text: `${table.consumer} waits at ${table.topic}`,
        detail: table.problem,
      })),
    ...failed.map(run => ({
      key: `job ${run.schedule}`,
      text: `${jobName(run.schedule)} failed at ${timeOfDay(run.dueAt)}`,
      detail: run.detail ?? '',
    })),
    ...jobs
      .filter(({ state }) => state === 'failed')
      .map(({ jobId, function: name, attempts, finishedAt, detail }) => ({
        key: `job ${jobId}`,
        text: `Job ${name} failed at ${timeOfDay(finishedAt)} after ${plural(attempts, 'attempt')}`,
        detail: detail ?? '',
      })),
    ...marts
      .filter(({ mart, rows }) => mart === 'set_aside' && rows > 0)
      .map(({ rows }) => ({
        key: 'set aside',
        text: `${plural(rows, 'value')} of the source set aside by the last build`,
        detail:
          'missing, beyond any range, or pointing to nothing; the mart set_aside names each by table, key and column',
      })),
    ...objects
      .filter(({ status, attempts }) => status === 'refused' || attempts >= PATIENCE)
      .map(({ function: name, key, status, detail }) => ({
        key: `object ${name} ${key}`,
        text: `${name} ${status === 'refused' ? 'refused' : 'has not taken'} ${key}`,
        detail: detail ?? '',
      })),
    ...parked.map(group => ({
      key: `parked ${group.function} ${group.topic} ${group.reason}`,
      text: `${plural(group.count, 'change')} of ${group.topic.split('.').slice(2).join('.') || group.topic} set aside by ${group.function}`,
      detail: whyParked(group),
      group,
    })),
  ]
}

function whyParked({ function: name, reason, oldestAt }) {
  const why = `${REASONS[reason] ?? 'see its reason'} (${reason}); the oldest for ${durationInWords(ageMs(oldestAt))}`
  return name === ADMISSION
    ? `${why}. Only the place of such a change is kept: mend the source file, then take a new snapshot`
    : why
}

function showProblems(status) {
  const problems = problemsOf(status)
  const place = byId('attention')
  if (problems.length === 0) {
    if (place.dataset.state === 'good') return
    place.dataset.state = 'good'
    place.replaceChildren(
      html(
        'p',
        { class: 'good' },
        'Nothing. No change is set aside, no job has failed, and no source complains.',
      ),
    )
    return
  }
  if (place.dataset.state !== 'bad') {
    place.dataset.state = 'bad'
    place.replaceChildren(html('ul', { class: 'problems' }))
  }
  showList(
    place.firstElementChild,
    problems,
    problem => problem.key,
    makeProblem,
    (item, problem) => {
      setText(item.querySelector('.what'), problem.text)
      setText(item.querySelector('.why'), problem.detail)
    },
  )
}

function makeProblem({ group }) {
  const item = html('li', {}, html('div', {}, html('p', { class: 'what' }), html('p', { class: 'why' })))
  if (group && group.function !== ADMISSION) {
    const outcome = html('p', { class: 'outcome', role: 'status' })
    item.append(
      html(
        'button',
        { type: 'button', class: 'quiet', onclick: event => replay(event.target, group, outcome) },
        'Send again',
      ),
    )
    item.firstElementChild.append(outcome)
  }
  return item
}

async function replay(button, { function: name, topic, reason }, outcome) {
  button.disabled = true
  try {
    const { requested } = await ask('replay-parked', { function: name, topic, reason })
    outcome.textContent = `${plural(requested, 'change')} will be sent again within seconds; what fails again comes back here.`
  } catch (error) {
    outcome.textContent = `That did not work: ${error.message}`
  } finally {
    button.disabled = false
  }
}

function showSources(sources) {
  if (sources.length === 0) return
  showList(
    byId('sources'),
    sources,
    source => source.system,
    () => html('li', {}, html('span', { class: 'what' }), html('span', { class: 'why' })),
    (item, { system, state, reading, retainedBytes, retainedLimitBytes }) => {
      const kept =
        retainedBytes === null
          ? ''
          : ` It keeps ${bytes(retainedBytes)} of its log for us${retainedLimitBytes ? `, and gives up at ${bytes(retainedLimitBytes)}` : ''}.`
      setText(item.firstElementChild, system)
      const read = reading
        .filter(({ rows }) => rows > 0)
        .map(
          ({ table, rows, estimatedRows }) =>
            ` ${table}: ${count(rows)} of about ${count(Math.max(rows, estimatedRows))} rows.`,
        )
      setText(item.lastElementChild, `${SOURCE_STATES[state] ?? state}.${read.join('')}${kept}`)
    },
  )
}

let scheduled = []
let reading

/** When the server runs what. It is read again once a run that was told has come. */
async function readSchedules() {
  const isOver = scheduled.length === 0 || scheduled.some(({ nextAt }) => nextAt && ageMs(nextAt) > 0)
  if (isOver)
    reading ??= fetch('/schedules.json')
      .then(response => response.json())
      .then(
        known => (scheduled = known),
        () => {},
      )
      .finally(() => (reading = undefined))
  await reading
}

/** When a function is due next, by its schedules; undefined where it has none. */
export async function nextRunOf(name) {
  await readSchedules()
  return dueNext(name)
}

function dueNext(name) {
  return scheduled
    .filter(schedule => schedule.function === name && schedule.nextAt)
    .map(schedule => schedule.nextAt)
    .sort()[0]
}

function showJobs({ running, failed, waiting, jobs: asked }) {
  void readSchedules()
  const jobs = [
    ...new Set([
      ...scheduled.map(({ function: name }) => name),
      ...running.map(run => run.schedule.split('/')[0]),
      ...asked.filter(isOpen).map(job => job.function),
    ]),
  ]
  if (jobs.length === 0) return
  showList(
    byId('jobs'),
    jobs.map(name => ({
      name,
      run: running.find(run => run.schedule.startsWith(`${name}/`)),
      failed: failed.some(run => run.schedule.startsWith(`${name}/`)),
      waiting: waiting.find(run => run.schedule.startsWith(`${name}/`)),
      open: asked.filter(job => job.function === name && isOpen(job)),
    })),
    job => job.name,
    () => html('li', {}, html('span', { class: 'what' }), html('span', { class: 'why' })),
    (item, { name, run, failed: hasFailed, waiting: waits, open }) => {
      const next = dueNext(name)
      const then = next ? `next at ${timeOfDay(next)}` : ''
      setText(item.firstElementChild, name)
      setText(
        item.lastElementChild,
        run
          ? `runs for ${duration(ageMs(run.startedAt))}`
          : [
              ...open.map(describeJob),
              hasFailed ? 'failed last time' : '',
              waits ? `waits: ${waits.detail ?? 'it begins'}` : '',
              then,
            ]
              .filter(Boolean)
              .join('; '),
      )
    },
  )
}

const isOpen = ({ state }) => state === 'waiting' || state === 'running'

function describeJob({ state, progress, createdAt, detail }) {
  if (state === 'waiting') return `waits for ${duration(ageMs(createdAt))}${detail ? `: ${detail}` : ''}`
  const done = progress ? `${Math.round(progress.share * 100)} %, ${progress.text}` : 'it has begun'
  return `runs: ${done}`
}

const jobName = schedule => schedule.split('/')[0]
