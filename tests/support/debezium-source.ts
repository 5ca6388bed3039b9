import { type DebeziumSource, isDebezium, parseSource } from '../../shared/capture/index.ts'

/** A source file that Debezium follows. */
export function parseDebeziumSource(file: string, text: string): DebeziumSource {
  const source = parseSource(file, text)
  if (!isDebezium(source)) throw new TypeError(`${file} is captured by ${source.capture}`)
  return source
}
