import { globSync } from 'node:fs'
import { ROOT } from '../support/postgres.ts'

/** What is mutated, by the folder's name. */
const ROOMS = {
  bus: 'shared/bus',
  capture: 'shared/capture',
  lake: 'shared/lake',
  privacy: 'shared/privacy',
  store: 'shared/store',
  contract: 'shared/contract',
  connector: 'stacks/connector',
}

export type Room = keyof typeof ROOMS
export const ROOM_NAMES = Object.keys(ROOMS) as Room[]

/** Only `make test-infra`, with a broker, runs these: half an hour for one mutant. */
const NEEDS_KAFKA = /^shared\/bus\/kafka/

export function sourcesOf(room: Room): string[] {
  return globSync(`${ROOMS[room]}/**/*.ts`, { cwd: ROOT })
    .filter(file => !/\.(test|d)\.ts$/.test(file) && !NEEDS_KAFKA.test(file))
    .sort()
}

/** The test files of `make test` that can be run for each of hundreds of mutants: without dbt, a browser, and the kills. */
export function findTests(): string[] {
  return globSync(
    [
      '{functions,shared,stacks}/**/*.test.ts',
      'tests/{conformance,integration}/**/*.test.ts',
      'tests/faults/*-shops.test.ts',
    ],
    { cwd: ROOT },
  ).sort()
}
