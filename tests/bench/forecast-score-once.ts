import { loadChampion } from '../../functions/forecast/score-forecast/champion.ts'
import { readFeatures } from '../../functions/forecast/score-forecast/features.ts'
import { scoreProducts } from '../../functions/forecast/score-forecast/score.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { findModel } from '../../shared/forecasts/index.ts'
import { openStore } from '../../shared/store/index.ts'

/** A process that does nothing else: scores what the store at STORE_URL knows, and says what it took. */
const store = openStore(new SecretUrl(process.env.STORE_URL ?? ''))
const model = await findModel(store.query, 'champion')
if (!model) throw new Error('no model was trained')
const champion = await loadChampion(model)
const startedAt = performance.now()
const scored = await scoreProducts(champion, readFeatures(store), Number(process.env.HORIZON_DAYS))
const seconds = (performance.now() - startedAt) / 1000
process.stdout.write(
  JSON.stringify({ products: scored.length, seconds, megabytes: process.resourceUsage().maxRSS / 1000 }),
)
await champion.close()
await store.close()
