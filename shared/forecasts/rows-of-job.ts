import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** What a job wrote, a JSON object a line: so many at a time as the text of a JSON array. */
export async function* readRows(file: string, atOnce: number): AsyncGenerator<string> {
  const rows: string[] = []
  const take = () => `[${rows.splice(0).join()}]`
  for await (const line of createInterface({ input: createReadStream(file) })) {
    rows.push(line)
    if (rows.length === atOnce) yield take()
  }
  if (rows.length > 0) yield take()
}
