import { readdirSync, readFileSync } from 'node:fs'

export type ProcessInfo = { pid: number; parent: number; command: string }

/** Every process of this machine, as /proc tells. */
export function listProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ pid: Number(name), parent, command }]
      } catch {
        return [] // ended meanwhile
      }
    })
}

/** A process and all that it has started, and they. */
export function listFamily(pid: number): ProcessInfo[] {
  const all = listProcesses()
  const family = all.filter(one => one.pid === pid)
  for (const member of family) family.push(...all.filter(one => one.parent === member.pid))
  return family
}

/** Ticks of a processor's time that Linux counts in a second. */
const TICKS = 100

/** Seconds of processor time of a process and of those that it has started, also where they have ended. */
export function readCpuSeconds(pid: number): number {
  return listFamily(pid).reduce((sum, member) => {
    try {
      const stat = readFileSync(`/proc/${member.pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime, stime, and the same of children that were waited for.
      return sum + fields.slice(11, 15).reduce((ticks, text) => ticks + Number(text), 0) / TICKS
    } catch {
      return sum // ended meanwhile
    }
  }, 0)
}

/** Proportional set size in bytes: shared pages count for each by its part, so that sums are right. */
export function readPss(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
