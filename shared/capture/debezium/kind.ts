import { z } from 'zod'
import { databaseKeys, type SourceKeys, type SourceOf } from '../../config/index.ts'
import type { CaptureKind } from '../capture.ts'

const keys = {
  source: {
    ...databaseKeys,
    debezium: z
      .strictObject({
        decimals: z
          .enum(['string', 'base64'])
          .default('string')
          .describe(
            'How decimals are written where messages have no schema (decimal.handling.mode string or precise)',
          ),
      })
      .default({ decimals: 'string' })
      .describe('How Debezium writes, where it is not configured as npm run debezium prints'),
  },
  table: {},
} satisfies SourceKeys

export type DebeziumSource = SourceOf<typeof keys>

/** What Debezium follows comes by a raw topic of Kafka (admit-changes), and not by the connector. */
export const debezium: CaptureKind = {
  summary: 'by Debezium, through Kafka',
  keys,
  needsKafka: true,
}

export function isDebezium(source: { capture: string }): source is DebeziumSource {
  return source.capture === 'debezium'
}
