import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './postgres.ts'

/** The demo's source file in a folder of its own, as one whose changes Debezium brings. @returns the folder */
export function writeDebeziumSources(home: string): string {
  const folder = join(home, 'sources')
  mkdirSync(folder, { recursive: true })
  const text = readFileSync(join(ROOT, 'sources', 'adventureworks.yml'), 'utf8')
  writeFileSync(join(folder, 'adventureworks.yml'), text.replace('capture: postgres', 'capture: debezium'))
  return folder
}
