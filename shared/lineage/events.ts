import type { Dataset, DatasetUse, Run } from './flow.ts'
import type { Place } from './places.ts'

/** Events of OpenLineage 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json). */

const PRODUCER = 'urn:cordage'
const SPEC = 'https://openlineage.io/spec'
const CORE = `${SPEC}/2-0-2/OpenLineage.json#/$defs`
/** Of jobs. */
const NAMESPACE = 'cordage'

type Facet = Record<string, unknown>
type Facets = Record<string, Facet>
type OpenDataset = Place & { facets: Facets; outputFacets?: Facets }
export type RunEvent = {
  eventTime: string
  eventType: 'START' | 'COMPLETE' | 'FAIL'
  run: { runId: string; facets: Facets }
  job: { namespace: string; name: string; facets: Facets }
  inputs: OpenDataset[]
  outputs: OpenDataset[]
  producer: string
  schemaURL: string
}

/** A facet, by the name and version of its schema. */
function facet(name: string, version: string, fields: Facet): Facet {
  return {
    _producer: PRODUCER,
    _schemaURL: `${SPEC}/facets/${version}/${name}.json#/$defs/${name}`,
    ...fields,
  }
}

/** That a run has begun. */
export function toStart(run: Run): RunEvent {
  return { ...toCommon(run, run.startedAt), eventType: 'START', inputs: [], outputs: [] }
}

/** How a run has ended, with what it has read and written. */
export function toEnd(run: Run, placeOf: (dataset: Dataset) => Place): RunEvent {
  const { startedAt, endedAt = startedAt, state, problem, calls, reads, writes } = run
  const common = toCommon(run, endedAt)
  const facets: Facets = {
    ...common.run.facets,
    nominalTime: facet('NominalTimeRunFacet', '1-0-1', {
      nominalStartTime: startedAt.toISOString(),
      nominalEndTime: endedAt.toISOString(),
    }),
    ...(problem !== undefined && {
      errorMessage: facet('ErrorMessageRunFacet', '1-0-1', {
        message: problem,
        programmingLanguage: 'TypeScript',
      }),
    }),
    cordage_calls: { _producer: PRODUCER, _schemaURL: `${CORE}/RunFacet`, calls },
  }
  return {
    ...common,
    eventType: state === 'failed' ? 'FAIL' : 'COMPLETE',
    run: { ...common.run, facets },
    inputs: reads.map(use => ({ ...placeOf(use.dataset), facets: facetsOf(use) })),
    outputs: writes.map(use => ({
      ...placeOf(use.dataset),
      facets: { ...facetsOf(use), ...originsOf(use, placeOf) },
      ...(use.rows !== undefined && {
        outputFacets: {
          outputStatistics: facet('OutputStatisticsOutputDatasetFacet', '1-0-2', { rowCount: use.rows }),
        },
      }),
    })),
  }
}

function toCommon({ job, runId, parent }: Run, at: Date) {
  const facets: Facets = parent
    ? {
        parent: facet('ParentRunFacet', '1-2-0', {
          run: { runId: parent.runId },
          job: { namespace: NAMESPACE, name: parent.job },
        }),
      }
    : {}
  const jobType = facet('JobTypeJobFacet', '2-0-4', {
    processingType: 'BATCH',
    integration: 'CORDAGE',
    jobType: 'FUNCTION',
  })
  return {
    eventTime: at.toISOString(),
    run: { runId, facets },
    job: { namespace: NAMESPACE, name: job, facets: { jobType } },
    producer: PRODUCER,
    schemaURL: `${CORE}/RunEvent`,
  }
}

function facetsOf({ version, columns }: DatasetUse): Facets {
  return {
    ...(columns && {
      schema: facet('SchemaDatasetFacet', '1-2-0', { fields: Object.keys(columns).map(name => ({ name })) }),
    }),
    ...(version !== undefined && {
      version: facet('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: version }),
    }),
  }
}

function originsOf({ columns = {} }: DatasetUse, placeOf: (dataset: Dataset) => Place): Facets {
  const fields = Object.entries(columns)
    .filter(([, origins]) => origins.length > 0)
    .map(([name, origins]) => [
      name,
      {
        inputFields: origins.map(({ dataset, column, masked = false }) => ({
          ...placeOf(dataset),
          field: column,
          transformations: [{ type: 'DIRECT', subtype: 'TRANSFORMATION', masking: masked }],
        })),
      },
    ])
  return fields.length === 0
    ? {}
    : { columnLineage: facet('ColumnLineageDatasetFacet', '1-2-0', { fields: Object.fromEntries(fields) }) }
}
