import type { Alerts } from '../alerts/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Cache } from '../cache/index.ts'
import type { Settings, Source } from '../config/index.ts'
import type { Llm } from '../llm/index.ts'
import type { Mlflow } from '../mlflow/index.ts'
import type { Models } from '../models/index.ts'
import type { ObjectStore } from '../objects/index.ts'
import type { Mail } from '../outbox/index.ts'
import type { Privacy } from '../privacy/index.ts'
import type { Store, StoreOptions } from '../store/index.ts'
import type { Warehouse } from '../warehouse/index.ts'

/** What a function can name in `uses`. One file of the same name in `resources/` opens each. */
export type Resources = {
  /** Postgres with pgvector: what endpoints answer from. */
  store: Store
  /** The bus, for writing; the connector delivers what is read from it. */
  bus: Bus
  /** Treatment of personal values. */
  privacy: Privacy
  /** Object storage: the lake and the inbox. */
  objects: ObjectStore
  /** The operational systems, as `sources/*.yml` describes them. */
  sources: Source[]
  /** The dbt-built tables. */
  warehouse: Warehouse
  /** Embedding of texts. */
  models: Models
  /** Texts that are kept for a while, by this process or by all of them. */
  cache: Cache
  /** Where somebody is told of what has to be looked at. */
  alerts: Alerts
  /** Where trainings are logged as well; undefined where MLFLOW_URL names no server. */
  mlflow: Mlflow | undefined
  /** What rewrites reports; undefined where LLM_URL names no server. */
  llm: Llm | undefined
  /** Where mails go: a mail server, or files. */
  mail: Mail
}
export type ResourceName = keyof Resources

/** An opened resource. `close` closes its connections. */
export type Opened<T> = { value: T; close?: () => Promise<void> }

/** `store` says how those who need the store connect to it. */
export type Openers<Names extends ResourceName = ResourceName> = {
  [Name in Names]: (settings: Settings, store: StoreOptions) => Promise<Opened<Resources[Name]>>
}
