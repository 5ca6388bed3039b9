import { spawnSync } from 'node:child_process'
import { findJava } from './trino.ts'

/**
 * Looks whether this machine has what the development stack is built and run with, one line for each that is missing.
 * Named by the Makefile, which knows what is built already: `go`, `mvn`, `java` (Kafka's and Connect's), `trino-java`.
 */
const LEAST_KAFKA_JAVA = 17

function outputOf(command: string, ...args: string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return error ? undefined : `${stdout}${stderr}`
}

function checkJava(): string | undefined {
  const [, major] = /version "(?:1\.)?(\d+)/.exec(outputOf('java', '-version') ?? '') ?? []
  if (Number(major) >= LEAST_KAFKA_JAVA) return undefined
  return `Kafka needs Java ${LEAST_KAFKA_JAVA} or newer as "java" on the PATH: install openjdk-17-jdk-headless`
}

function checkTrinoJava(): string | undefined {
  try {
    findJava()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const CHECKS: Record<string, () => string | undefined> = {
  go: () =>
    outputOf('go', 'version')
      ? undefined
      : 'Go is needed to build MinIO, Versity Gateway and what reads the manifests: install golang (1.24 or newer)',
  mvn: () =>
    outputOf('mvn', '-version')
      ? undefined
      : 'Maven is needed to fetch Kafka, Debezium and Trino: install maven',
  java: checkJava,
  'trino-java': checkTrinoJava,
}

const missing = process.argv.slice(2).flatMap(name => CHECKS[name]?.() ?? [])
for (const line of missing) process.stderr.write(`${line}\n`)
process.exit(missing.length > 0 ? 1 : 0)
