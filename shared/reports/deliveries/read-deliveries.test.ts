import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../../stacks/project.ts'
import { ConfigError } from '../../errors/index.ts'
import { parseDeliveries } from './read-deliveries.ts'

const GOOD = `deliveries:
  - name: weekly-sales
    report: sales-overview
    period: last week
    when: weekly Monday 07:30
    timeZone: Europe/Berlin
    language: de
    filters: { category: Bikes }
    recipients:
      - name: Anna
        email: anna@shop.example
        roles: [finance]
        claims: { territory: [1, 0012] }
      - name: On
        slack: sales-room
        language: en
`

const refusal = (text: string): string => {
  try {
    parseDeliveries('deliveries.yml', text)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
  return assert.fail(`${text} was taken`)
}

test('a file says who gets which report when, and values of claims are texts as they are written', () => {
  const [delivery] = parseDeliveries('deliveries.yml', GOOD)
  assert.deepEqual(delivery?.filters, { category: ['Bikes'] })
  assert.deepEqual(delivery?.recipients, [
    { name: 'Anna', email: 'anna@shop.example', roles: ['finance'], claims: { territory: ['1', '0012'] } },
    { name: 'On', slack: 'sales-room', language: 'en', roles: [], claims: {} },
  ])
  assert.deepEqual(parseDeliveries('deliveries.yml', 'deliveries: []'), [])
})

const REFUSED: [replaced: string, by: string, says: string][] = [
  [
    'period: last week',
    'period: last weak',
    'line 4, deliveries.0.period: must be one of yesterday, last week, last month, month to date',
  ],
  [
    'sales-overview',
    'sales',
    'line 3, deliveries.0.report: must be one of sales-overview, inventory-status, client-segments',
  ],
  ['weekly Monday 07:30', 'mondays', 'line 5, deliveries.0.when: must be such as "daily 07:30"'],
  ['Europe/Berlin', 'Berlin', 'line 6, deliveries.0.timeZone: must be a time zone by its name'],
  ['language: de', 'language: it', 'line 7, deliveries.0.language: must be one of en, de, fr, es'],
  ['name: weekly-sales', 'name: Weekly sales', 'line 2, deliveries.0.name: must be of the letters a to z'],
  ['anna@shop.example', 'anna', 'line 11, deliveries.0.recipients.0.email: must be an address'],
  [
    'slack: sales-room',
    'slack: https://hooks.slack.example/x',
    'line 15, deliveries.0.recipients.1.slack: must be a name such as sales-room',
  ],
  [
    'slack: sales-room',
    'slack: sales-room\n        email: on@shop.example',
    'line 14, deliveries.0.recipients.1: must have exactly one of email, slack, mattermost',
  ],
  ['        slack: sales-room\n', '', 'line 14, deliveries.0.recipients.1: must have exactly one of'],
  ['claims:', 'claim:', 'line 13, deliveries.0.recipients.0.claim: unknown key: did you mean claims?'],
  ['timeZone:', 'timezone:', 'line 6, deliveries.0.timezone: unknown key: did you mean timeZone?'],
  [
    'deliveries:',
    'delivery:',
    'line 1, deliveries: is missing; line 1, delivery: unknown key: did you mean deliveries?',
  ],
  ['name: On', 'name: Anna', 'line 14, deliveries.0.recipients.1.name: is the name of another recipient too'],
  [
    'slack: sales-room',
    'email: ANNA@shop.example',
    'line 15, deliveries.0.recipients.1.email: gets this delivery already',
  ],
  [
    'name: Anna',
    'name: "Anna\\r\\nBcc: eve@evil.example"',
    'line 10, deliveries.0.recipients.0.name: must be one line',
  ],
  ['name: Anna', 'name:', 'line 10, deliveries.0.recipients.0.name: has no value'],
  ['    recipients:', '    recipients: []\n    others:', 'line 9, deliveries.0.recipients: is empty'],
]

for (const [replaced, by, says] of REFUSED)
  test(`${JSON.stringify(by.trim().slice(0, 60))} is one line with its place and what is right`, () => {
    const message = refusal(GOOD.replace(replaced, by))
    assert.ok(message.includes(says), message)
    assert.ok(message.startsWith('deliveries.yml: line '), message)
    assert.ok(!message.includes('\n'))
  })

test('the file in the documentation is one that is taken', () => {
  const [, text = ''] =
    /```yaml\n(deliveries:.*?)```/s.exec(readFileSync(join(ROOT, 'docs/reports.md'), 'utf8')) ?? []
  const [delivery] = parseDeliveries('reports.md', text)
  assert.deepEqual(
    delivery?.recipients.map(({ claims }) => claims),
    [{ territory: ['1', '4'] }, { territory: ['5'] }],
  )
})

test('an empty file and one that is no YAML end nothing', () => {
  assert.match(refusal(''), /line 1: is empty: write "deliveries: \[\]" for none/)
  assert.match(refusal('deliveries: ['), /deliveries.yml: line 1/)
})

test('two deliveries of one name are refused', () => {
  const twice = `${GOOD}${GOOD.replace('deliveries:\n', '')}`
  assert.match(refusal(twice), /line 17, deliveries\.1\.name: is the name of another delivery too/)
})
