import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { readSettings } from '../config/index.ts'
import type { Lineage } from '../lineage/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { defineFunction, type Host, makeHost, OPERATOR } from './index.ts'

test('what a call reads and writes is told when it is over, with what broke it; of a job also that it began', async () => {
  const told: [string, unknown, string | undefined][] = []
  const lineage: Lineage = {
    note: ({ function: name, flows, problem }) => void told.push([name, flows, problem]),
    begin(name) {
      told.push([name, 'began', undefined])
      return { end: ({ flows, problem }) => void told.push([name, flows, problem]) }
    },
    close: async () => {},
  }
  const flow = { reads: [{ dataset: 'mart.a' }] }
  const start = async (name: string, job?: { repeat: string }) => {
    const definition = defineFunction({
      ...{ name, summary: 'Tells', access: 'public', uses: ['store'] as const },
      input: z.object({ fails: z.boolean(), isSilent: z.boolean().default(false) }),
      output: z.object({}),
      ...(job && { job }),
      async handle({ fails, isSilent }, { lineage }) {
        if (!isSilent) lineage(flow)
        if (fails) throw new Error('broken')
        return {}
      },
    })
    const log = makeLogger({ level: 'silent' })
    const host = makeHost(definition, {
      ...{ settings: readSettings({}), resources: {}, log, authenticate: () => OPERATOR, lineage },
    })
    await host.start()
    return host
  }
  const call = async (host: Host, input: object) => {
    const request = { method: 'POST', path: '/', query: '', headers: { 'content-type': 'application/json' } }
    await host.invoke({ ...request, body: Buffer.from(JSON.stringify(input)) })
  }
  const reader = await start('read-things')
  await call(reader, { fails: false })
  await call(reader, { fails: true })
  await call(reader, { fails: 'no' })
  await call(reader, { fails: false, isSilent: true })
  const builder = await start('build-things', { repeat: 'it is harmless' })
  const job = {
    id: '',
    function: 'build-things',
    input: { fails: true, isSilent: true },
    attempts: 1,
    failures: 0,
  }
  await builder.perform(job, { signal: new AbortController().signal, report() {} })
  const broken = 'something went wrong; the log has it under this trace id'
  assert.deepEqual(told, [
    ['read-things', [flow], undefined],
    ['read-things', [flow], broken],
    ['build-things', 'began', undefined],
    ['build-things', [], broken],
  ])
})
