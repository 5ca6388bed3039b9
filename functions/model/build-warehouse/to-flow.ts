import type { Flow } from '../../../shared/lineage/index.ts'

/** What a model was built from: datasets by our names, and of each column those that it is made of. */
export type BuiltModel = {
  model: string
  reads: string[]
  /** Null where its SQL was not understood. */
  columns: Record<string, [dataset: string, column: string][]> | null
}

/** @param versions Delta versions that the build read, by `<system>.<table>` */
export function toFlow({ model, reads, columns }: BuiltModel, versions: Record<string, number>): Flow {
  return {
    part: model,
    reads: reads.map(dataset => {
      const version = versions[dataset.replace(/^lake\./, '')]
      return { dataset, ...(version !== undefined && { version: String(version) }) }
    }),
    writes: [
      {
        dataset: `warehouse.${model}`,
        ...(columns && {
          columns: Object.fromEntries(
            Object.entries(columns).map(([name, origins]) => [
              name,
              origins.map(([dataset, column]) => ({ dataset, column })),
            ]),
          ),
        }),
      },
    ],
  }
}
