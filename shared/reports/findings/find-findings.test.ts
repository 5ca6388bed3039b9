import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Planted, simulate } from '../../../tests/support/simulated-sales.ts'
import { findFindings } from './find-findings.ts'

const EACH = 100
const KINDS: Planted[] = ['price', 'lost', 'stock_out', 'new', 'nothing']

test(`of ${EACH * KINDS.length} simulated shops what has happened is found first, and nothing where nothing has`, context => {
  for (const planted of KINDS) {
    let right = 0
    const wrong: string[] = []
    for (let seed = 1; seed <= EACH; seed++) {
      const { history, entity } = simulate(planted, seed * 10 + KINDS.indexOf(planted))
      const [first] = findFindings(history)
      const isRight =
        entity === undefined ? !first : first?.kind === planted && first.observed.entity[0]?.value === entity
      if (isRight) right++
      else wrong.push(`${seed}: ${first?.kind} ${first?.observed.entity[0]?.value} for ${entity}`)
    }
    context.diagnostic(`${planted}: ${right} of ${EACH}`)
    assert.ok(right >= 0.95 * EACH, `${planted}: ${right} of ${EACH}; ${wrong.slice(0, 12).join('; ')}`)
  }
})
