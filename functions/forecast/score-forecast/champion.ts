import { createHash } from 'node:crypto'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describeError, FailedError } from '../../../shared/errors/index.ts'
import { members, type Parameters, parameters, type StoredModel } from '../../../shared/forecasts/index.ts'

/** The other core serves the store. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 }

export type Champion = {
  version: number
  parameters: Parameters
  /** By how much demand differs from what is usual, of each row of features; undefined without trees. */
  predict: ((rows: Float32Array) => Promise<Float64Array>) | undefined
  close(): Promise<void>
}

/** @throws FailedError where its files are not what was trained */
export async function loadChampion(model: StoredModel): Promise<Champion> {
  const { version } = model
  try {
    const own = parameters.parse(model.parameters)
    const sessions: { session: InferenceSession; isRatio: boolean }[] = []
    for (const [name, { onnx, sha256 }] of Object.entries(members.parse(model.members))) {
      const file = Buffer.from(onnx, 'base64')
      if (createHash('sha256').update(file).digest('hex') !== sha256)
        throw new Error(`the file of its member ${name} is damaged`)
      sessions.push({ session: await InferenceSession.create(file, SESSION), isRatio: name === 'ratio' })
    }
    return {
      version,
      parameters: own,
      predict: sessions.length > 0 ? rows => predict(sessions, own, rows) : undefined,
      close: async () => {
        for (const { session } of sessions) await session.release()
      },
    }
  } catch (error) {
    throw new FailedError(
      `model ${version} cannot be used, and the forecasts before it stay (train again, or call another back by promote-forecast): ${describeError(error)}`,
      { reason: 'model_damaged' },
    )
  }
}

/** The mean of its members. A ratio is not negative. */
async function predict(
  sessions: { session: InferenceSession; isRatio: boolean }[],
  { features, starts }: Parameters,
  rows: Float32Array,
): Promise<Float64Array> {
  const count = rows.length / features.length
  const mean = new Float64Array(count)
  for (const { session, isRatio } of sessions) {
    const input = new Tensor('float32', rows, [count, features.length])
    const outputs = await session.run({ features: input })
    const said = outputs[session.outputNames[0] ?? '']?.data as Float32Array
    for (let i = 0; i < count; i++) {
      const factor = isRatio ? Math.max((starts.ratio ?? 0) + (said[i] ?? 0), 0) : (said[i] ?? 0)
      mean[i] = (mean[i] ?? 0) + factor / sessions.length
    }
  }
  return mean
}
