import type { ObjectStore } from '../objects/index.ts'
import type { Query } from '../store/index.ts'
import { announceModel } from './announce.ts'
import type { Family, Model, Role, Stored, Trained } from './family.ts'
import { followAlias, type Mirror, mirrorChoice, mirrorTraining } from './mlflow/mirror.ts'
import { type Promotion, type PromotionInput, promoteModel } from './promote.ts'
import { findModel, findVersion, listModels, makeChampion, saveModel } from './versions.ts'

/** The versions of a family of models, and MLflow's copy of them. */
export type ModelRegistry<Own extends Record<string, unknown>> = {
  findModel(query: Query, role: Role): Promise<Stored<Own> | undefined>
  findVersion(query: Query, version: number): Promise<Stored<Own> | undefined>
  /** Newest first, without the models themselves. */
  listModels(query: Query): Promise<Model[]>
  /** Makes a model the champion; the one before it is retired. In a transaction, so that there is always one. */
  makeChampion(query: Query, version: number): Promise<void>
  /**
   * Keeps a model: as the champion if it won, or if none serves, else as the challenger; the challenger before it is retired. Of the
   * retired ones the last twenty stay, and what is still served. In a transaction.
   */
  saveModel(
    query: Query,
    trained: Trained<Own>,
  ): Promise<{ version: number; role: 'champion' | 'challenger' }>
  /** Has whoever scores follow a training, or a choice of what serves. */
  announceModel(
    objects: ObjectStore,
    model: { version: number; role: 'champion' | 'challenger' },
  ): Promise<void>
  /**
   * Lets another version serve, and announces it; without a version the one that served last before.
   * @throws NotFoundError where there is none
   */
  promoteModel(input: PromotionInput, resources: Mirror & { objects: ObjectStore }): Promise<Promotion>
  /** Makes the champion what the alias `champion` names, where somebody has moved it since it was last set. Before training and scoring. */
  followAlias(mirror: Mirror): Promise<void>
  /** After a training: logs what is missing in MLflow, and tells which models serve. */
  mirrorTraining(mirror: Mirror): Promise<void>
  /** After somebody has chosen here what serves: that counts, whatever the alias names. */
  mirrorChoice(mirror: Mirror): Promise<void>
}

export function makeModelRegistry<Own extends Record<string, unknown>>(
  family: Family<Own>,
): ModelRegistry<Own> {
  return {
    findModel: (query, role) => findModel(query, family, role),
    findVersion: (query, version) => findVersion(query, family, version),
    listModels: query => listModels(query, family),
    makeChampion: (query, version) => makeChampion(query, family, version),
    saveModel: (query, trained) => saveModel(query, family, trained),
    announceModel: (objects, model) => announceModel(objects, family, model),
    promoteModel: (input, resources) => promoteModel(family, input, resources),
    followAlias: mirror => followAlias(mirror, family),
    mirrorTraining: mirror => mirrorTraining(mirror, family),
    mirrorChoice: mirror => mirrorChoice(mirror, family),
  }
}
