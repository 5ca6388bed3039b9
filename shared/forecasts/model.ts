import { z } from 'zod'

/** What each product is served by besides the trees, and its share; how the total is raised; which quantiles keep their promise. */
export const parameters = z.object({
  /** The trees' inputs, in order. */
  features: z.array(z.string()),
  /** Of each of them, what it is at most for the products that they learnt from; null where it is not known of most. */
  typical: z.array(z.number().nullable()),
  /** By member: what its trees begin from. */
  starts: z.record(z.string(), z.number()),
  horizonDays: z.number().int(),
  volume: z.number(),
  /** By kind of product: levels of p10, p50 and p90 in its shape. */
  levels: z.array(z.tuple([z.number(), z.number(), z.number()])),
  choice: z.record(z.string(), z.tuple([z.string(), z.number()])),
})
export type Parameters = z.infer<typeof parameters>

/** A model of trees: as ONNX in base64 with its SHA-256, and as LightGBM writes it. */
export const member = z.object({ onnx: z.string(), sha256: z.string(), lightgbm: z.string() })
export const members = z.record(z.string(), member)
