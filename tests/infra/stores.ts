import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { startMinio } from '../../stacks/infra/minio.ts'
import type { S3Server, S3ServerOptions } from '../../stacks/infra/s3-server.ts'
import { startVersity } from '../../stacks/infra/versity.ts'

export type StoreUnderTest = {
  name: string
  /** Runs from the first hook on. */
  server: S3Server
  /** A folder that is removed at the end. */
  home: string
  start(options: S3ServerOptions): Promise<S3Server>
}

/** The same tests on every object storage that there is for development, each with a server of its own. */
export function onEachStore(tests: (store: StoreUnderTest) => void): void {
  for (const [name, start] of Object.entries({ MinIO: startMinio, 'Versity Gateway': startVersity }))
    describe(name, () => {
      const store = { name, start } as StoreUnderTest
      before(async () => {
        store.home = await mkdtemp(join(tmpdir(), 'cordage-s3-'))
        store.server = await start({ home: join(store.home, 'server') })
      })
      tests(store)
      after(async () => {
        await store.server?.stop()
        await rm(store.home, { recursive: true, force: true })
      })
    })
}
