import { openStoreBus } from '../../shared/bus/index.ts'
import { testRebuild } from '../support/rebuild.ts'

testRebuild({
  openBus: async store => openStoreBus(store),
  cutLog: async (store, topic, offset) =>
    void (await store.query('update bus.partition set first_offset = $2 where topic_id = $1', [
      topic.id,
      offset,
    ])),
})
