import { parseSource, type Source } from '../../config/index.ts'
import { OWN_CAPTURE, OWN_SYSTEM, own } from './kind.ts'

/**
 * The source file of Cordage's own system. A search's text may be personal: where it is recorded at all, the bus and the lake
 * have its hash by the system's key, and so do those who search for the same again.
 */
const TEXT = `
capture: ${OWN_CAPTURE}
timeZone: UTC
tables:
  Search:
    entity: interaction
    key: [InteractionID]
    client: ClientID
    partitions: 1
    columns:
      InteractionID: { type: string, as: interaction_id, policy: keep }
      OccurredAt: { type: timestamp, as: occurred_at, policy: keep }
      Action: { type: string, as: action, policy: keep }
      SearchID: { type: string, as: search_id, policy: keep }
      ClientID: { type: string, as: client_id, policy: keep }
      Query: { type: string, as: query, policy: hash, joinable: true }
      QueryKey: { type: string, as: query_key, policy: hash, joinable: true }
      Filters: { type: string, as: filters, policy: keep }
      Language: { type: string, as: language, policy: keep }
      ResultCount: { type: int, as: result_count, policy: keep }
      ZeroResults: { type: boolean, as: zero_results, policy: keep }
      Shown: { type: string, as: shown, policy: keep }
      ResultOffset: { type: int, as: result_offset, policy: keep }
      Ranking: { type: string, as: ranking, policy: keep }
      Teams: { type: string, as: teams, policy: keep }
      Model: { type: string, as: model, policy: keep }
      ModelVersion: { type: string, as: model_version, policy: keep }
      TookMs: { type: double, as: took_ms, policy: keep }
  SearchFeedback:
    entity: interaction
    key: [InteractionID]
    partitions: 1
    columns:
      InteractionID: { type: string, as: interaction_id }
      OccurredAt: { type: timestamp, as: occurred_at }
      Action: { type: string, as: action }
      SearchID: { type: string, as: search_id }
      ProductID: { type: string, as: product_id }
  Proposition:
    entity: interaction
    key: [InteractionID]
    client: ClientID
    partitions: 1
    columns:
      InteractionID: { type: string, as: interaction_id, policy: keep }
      OccurredAt: { type: timestamp, as: occurred_at, policy: keep }
      Action: { type: string, as: action, policy: keep }
      PropositionID: { type: string, as: proposition_id, policy: keep }
      ClientID: { type: string, as: client_id, policy: keep }
      AskedFor: { type: string, as: asked_for, policy: keep }
      AskedProducts: { type: string, as: asked_products, policy: keep }
      ResultCount: { type: int, as: result_count, policy: keep }
      Shown: { type: string, as: shown, policy: keep }
      Experiment: { type: string, as: experiment, policy: keep }
      ExperimentGroup: { type: string, as: experiment_group, policy: keep }
      Model: { type: string, as: model, policy: keep }
      ModelVersion: { type: string, as: model_version, policy: keep }
      TookMs: { type: double, as: took_ms, policy: keep }
  PropositionFeedback:
    entity: interaction
    key: [InteractionID]
    partitions: 1
    columns:
      InteractionID: { type: string, as: interaction_id }
      OccurredAt: { type: timestamp, as: occurred_at }
      Action: { type: string, as: action }
      PropositionID: { type: string, as: proposition_id }
      ProductID: { type: string, as: product_id }
`

export function makeOwnSource(): Source {
  return parseSource(`${OWN_SYSTEM}.yml`, TEXT, { [OWN_CAPTURE]: own })
}
