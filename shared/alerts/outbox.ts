import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alert, AlertKey, Alerts } from './alert.ts'

/** A file for each alert, `<name>-<labels>.json`: since when it is, what is wrong, and when it was over. */
export function openOutbox(folder: string): Alerts {
  const write = async (key: AlertKey, content: object) => {
    await mkdir(folder, { recursive: true })
    const file = fileOf(folder, key)
    await writeFile(`${file}.part`, `${JSON.stringify(content, null, 2)}\n`)
    await rename(`${file}.part`, file)
  }
  return {
    async send(alerts) {
      for (const alert of alerts) {
        const open = await readOpen(fileOf(folder, alert))
        await write(alert, { ...alert, startsAt: open?.startsAt ?? new Date().toISOString(), endsAt: null })
      }
    },
    async resolve(keys) {
      for (const key of keys) {
        const open = await readOpen(fileOf(folder, key))
        if (open) await write(key, { ...open, endsAt: new Date().toISOString() })
      }
    },
  }
}

type Kept = Alert & { startsAt: string; endsAt: string | null }

const fileOf = (folder: string, { name, labels }: AlertKey) =>
  join(folder, `${[name, ...Object.values(labels)].join('-').replaceAll(/[^A-Za-z0-9_.-]/g, '_')}.json`)

/** @returns undefined where there is no such alert, or it is over */
async function readOpen(file: string): Promise<Kept | undefined> {
  const text = await readFile(file, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  const kept = text === undefined ? undefined : (JSON.parse(text) as Kept)
  return kept?.endsAt === null ? kept : undefined
}
