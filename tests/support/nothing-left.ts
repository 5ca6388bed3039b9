import { readdirSync, readFileSync } from 'node:fs'
import { after } from 'node:test'

/**
 * Loaded before each test file (`node --test --import`): the file fails where something of it is left when its tests are
 * over. Processes are known by a variable that all of their children inherit, whoever is their parent by then. Servers,
 * sockets and timers that are left keep the file from ending: it is ended after a while, and they are named.
 */
const MARK = 'CORDAGE_TEST_FILE'
/** esbuild's helper ends when its standard input closes, with the process that started it. */
const ENDS_WITH_US = /\besbuild --service=/
/** The file's own hooks stop what it started, which takes some seconds. */
const PATIENCE_MS = 30_000
const LAST_MOMENT_MS = 500

const isTestFile = process.env.NODE_TEST_CONTEXT !== undefined
if (isTestFile) {
  const mark = `${process.pid}.${Date.now()}`
  process.env[MARK] = mark

  after(() => {
    setTimeout(() => {
      complain(
        `still open ${PATIENCE_MS / 1000} s after its tests: ${summarize(process.getActiveResourcesInfo())}`,
      )
      process.exit(1)
    }, PATIENCE_MS).unref()
  })
  process.on('exit', () => {
    const list = () => listProcesses(`${MARK}=${mark}`)
    if (list().length === 0) return
    // What was ended at the last moment is given one more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_MOMENT_MS)
    const left = list()
    if (left.length === 0) return
    complain(`left running: ${left.join('; ')}`)
    process.exitCode = 1
  })
}

function complain(what: string): void {
  process.stderr.write(`${process.argv[1]}: ${what}\n`)
}

function summarize(resources: string[]): string {
  return [...Map.groupBy(resources, name => name)].map(([name, own]) => `${own.length} ${name}`).join(', ')
}

/** Processes, but this one, that have a variable in their environment; on other systems than Linux none are known. */
function listProcesses(variable: string): string[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  return listPids()
    .filter(pid => Number(pid) !== process.pid && read(pid, 'environ').includes(variable))
    .map(pid => `${pid} ${read(pid, 'cmdline').join(' ').slice(0, 200)}`)
    .filter(described => !ENDS_WITH_US.test(described))
}

function listPids(): string[] {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name))
  } catch {
    return []
  }
}
