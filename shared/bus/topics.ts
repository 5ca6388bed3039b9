import type { Source } from '../config/index.ts'
import type { WantedTopic } from './bus.ts'

/** A source's clear text is kept only for as long as an outage of Cordage may last. */
const RAW_RETENTION_MS = 24 * 3_600_000

/** The topic of a system's messages as Debezium sends them: one partition, so that they keep the order of its log. */
export function rawTopicOf(system: string): string {
  return `raw.${system}.changes`
}

/** The topics of some sources. */
export function topicsOf(sources: Source[]): WantedTopic[] {
  return sources.flatMap(({ system, capture, tables }) => [
    ...tables.map(({ topic, partitions }) => ({ name: topic, partitions })),
    ...(capture === 'debezium'
      ? [{ name: rawTopicOf(system), partitions: 1, retentionMs: RAW_RETENTION_MS }]
      : []),
  ])
}

/** The topics of the tables that have one of these entities: an answer made of them is as fresh as the least of them. */
export function topicsOfEntities(sources: Source[], entities: string[]): string[] {
  return sources.flatMap(({ tables }) =>
    tables.filter(({ entity }) => entities.includes(entity)).map(({ topic }) => topic),
  )
}
