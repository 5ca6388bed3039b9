import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import askReport from '../../functions/report/ask-report/handler.ts'
import { type StartedFunction, startFunction } from '../support/function.ts'
import { publishQuestionShop, type QuestionShop } from '../support/question-shop.ts'
import { type Question, readQuestions, shorten } from './corpus.ts'

/** The corpus of questions, asked of a published shop: what is read, what is refused, and that nothing is read wrongly. */
const MIN_RIGHT = 0.9

let shop: QuestionShop
let ask: StartedFunction
before(async () => {
  shop = await publishQuestionShop()
  ask = await startFunction(askReport, { resources: { store: shop.store } })
})
after(() => shop?.stop())

type Body = {
  language: string
  reading: (Parameters<typeof shorten>[0] & { text: string }) | null
  cannot: { reason: string; about: string; text: string; instead: string[] } | null
  facts: object[]
  narrative: string | null
}

async function askFor(question: string, language?: string): Promise<Body> {
  const { status, body } = await ask.call({ question, ...(language && { language }) })
  assert.equal(status, 200, `${question}: ${JSON.stringify(body)}`)
  return body as unknown as Body
}

/** Questions of one half of the corpus that are read as expected, or not, with what they were read as. */
async function readAll(questions: Question[]) {
  const others: string[] = []
  for (const { question, expected } of questions) {
    const { reading, cannot } = await askFor(question)
    const got = reading ? shorten(reading) : `${cannot?.reason}: ${cannot?.about}`
    if (got !== expected) others.push(`${question}\n  ${expected}\n  ${got}`)
  }
  return { right: 1 - others.length / questions.length, others }
}

test('there are two hundred questions in four languages, and eighty that cannot be answered', () => {
  const answerable = readQuestions('answerable')
  assert.ok(answerable.length >= 200, String(answerable.length))
  for (const language of ['en', 'de', 'fr', 'es'])
    assert.ok(answerable.filter(each => each.language === language).length >= 30, language)
  assert.ok(readQuestions('unanswerable').length >= 80)
})

for (const isHeldBack of [false, true])
  test(`nine of ten questions ${isHeldBack ? 'that were held back ' : ''}have the expected reading`, async t => {
    const questions = readQuestions('answerable').filter(each => each.isHeldBack === isHeldBack)
    const { right, others } = await readAll(questions)
    t.diagnostic(`${(right * 100).toFixed(1)} % of ${questions.length}`)
    assert.ok(right >= MIN_RIGHT, others.join('\n'))
  })

test('what managers ask is read as they mean it, and refused where there is no answer', async t => {
  const questions = readQuestions('managers')
  const { right, others } = await readAll(questions.filter(({ expected }) => expected !== ''))
  t.diagnostic(`${(right * 100).toFixed(1)} %`)
  assert.ok(right >= MIN_RIGHT, others.join('\n'))
  // Refused, and not read as something else.
  for (const other of others) assert.match(other, /\n {2}[a-z_]+: [^|]*$/)
  for (const { question } of questions.filter(({ expected }) => expected === ''))
    assert.equal((await askFor(question)).reading, null, question)
})

test('a question that no metric answers is refused in words that name what is not known, with three that have an answer', async () => {
  for (const { question } of readQuestions('unanswerable')) {
    const { reading, cannot, facts, narrative } = await askFor(question)
    assert.equal(reading, null, question)
    assert.ok(cannot && cannot.about !== '' && cannot.text.includes(cannot.about), question)
    assert.equal(cannot.instead.length, 3)
    assert.deepEqual([facts, narrative], [[], null])
  }
})

test('what is easily read as something else has exactly its reading, or is refused for its reason', async () => {
  for (const { question, expected } of readQuestions('traps')) {
    const { reading, cannot } = await askFor(question)
    assert.equal(reading ? shorten(reading) : `refused: ${cannot?.reason}`, expected, question)
  }
})

test('every question that is offered instead has an answer, in the language of the one that was refused', async () => {
  const offered = new Set<string>()
  for (const language of ['en', 'de', 'fr', 'es'])
    for (const word of ['', 'revenue', 'stock', 'clients by segment', 'searches', 'returns', 'CTR', 'MRR']) {
      const { cannot } = await askFor(`${word} xyzzy`, language)
      for (const question of cannot?.instead ?? []) offered.add(`${language}: ${question}`)
    }
  assert.ok(offered.size > 40, String(offered.size))
  for (const each of offered) {
    const { reading, cannot } = await askFor(each.slice(4), each.slice(0, 2))
    assert.ok(reading, `${each}: ${cannot?.text}`)
  }
})

test('a language is found out from the question, and the answer is in it', async () => {
  const wrong: string[] = []
  for (const { question, language } of readQuestions('answerable')) {
    const found = (await askFor(question)).language
    if (found !== language) wrong.push(`${language} ${found}: ${question}`)
  }
  assert.ok(wrong.length <= 4, wrong.join('\n'))
})

test('a word that is added to a question is never ignored', async () => {
  const words = [
    'unicorns',
    'Quatsch',
    'licornes',
    'profit',
    'gross',
    'cheap',
    'weekend',
    '12345',
    '€',
    'not',
    'ohne',
    'sauf',
    'sin',
  ]
  for (const { question, language } of readQuestions('answerable').filter((_, i) => i % 5 === 0))
    for (const word of words) {
      const { reading, cannot } = await askFor(`${question} ${word}`, language)
      assert.equal(reading, null, `${question} ${word}: ${reading?.text}`)
      assert.ok(cannot)
    }
})

test('whatever known words are put together is read or refused, and a reading holds together', async () => {
  const questions = readQuestions('answerable')
  const words = questions.flatMap(({ question }) => question.split(' '))
  // A generator of its own, so that a failure can be repeated.
  let seed = 17
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  let read = 0
  for (let n = 0; n < 600; n++) {
    const base = n % 2 === 0 ? (questions[random(questions.length)]?.question.split(' ') ?? []) : []
    const more = Array.from({ length: 1 + random(6) }, () => words[random(words.length)] ?? '')
    const question = [...base, ...more].sort(() => random(3) - 1).join(' ')
    const { reading, facts, cannot } = await askFor(question)
    assert.ok((reading === null) === (cannot !== null), question)
    if (!reading) continue
    read += 1
    assert.ok(reading.period.from <= reading.period.to, question)
    assert.ok(reading.limit === null || reading.dimensions.length > 0, question)
    for (const { value } of facts as { value: string }[]) assert.match(value, /^-?\d+(\.\d+)?$/, question)
  }
  assert.ok(read > 20, String(read))
})

test('the same question has the same bytes', async () => {
  for (const { question } of readQuestions('answerable').filter((_, i) => i % 10 === 0))
    assert.equal(JSON.stringify(await askFor(question)), JSON.stringify(await askFor(question)))
})
