import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../stacks/demo/random.ts'
import {
  fold,
  readEnglish,
  readIdentifiers,
  readWords,
  tidy,
  toKey,
  toVector,
  withoutMarks,
} from './index.ts'

test('texts that differ in case, width, normal form or invisible characters are one', () => {
  for (const [given, folded] of [
    ['ÜBERTOPF', 'übertopf'],
    ['U\u0308bertopf', 'übertopf'],
    ['Über\u00adtopf\u200b', 'übertopf'],
    ['\ufeff\u202aÄÖ-77\u202c', 'äö-77'],
    ['ÄÖ‑77', 'äö-77'],
    ['Straße STRASSE STRAẞE', 'strasse strasse strasse'],
    ['ΛΆΜΠΑΣ λάμπας', 'λάμπασ λάμπασ'],
    ['İSTANBUL istanbul ILIK ılık', 'istanbul istanbul ilik ilik'],
    ['ＡＢ１２　ﬁn', 'ab12 fin'],
    ['Лампа', 'лампа'],
    ['Bosch™ 5\u00a0mm\t\n²', 'bosch 5 mm 2'],
    ['women’s', "women's"],
    ['a\u0000b\ud800c', 'a b c'],
  ] as const)
    assert.equal(fold(given), folded)
})

test('marks that people leave out can be left out, and vowel signs that are letters stay', () => {
  for (const [given, bare] of [
    ['Küchen', 'kuchen'],
    ['Łódź Ærøskøbing', 'lodz aeroskobing'],
    ['Ёлка', 'елка'],
    ['λάμπας', 'λαμπασ'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد أحمد', 'محمد احمد'],
    ['हिन्दी', 'हिन्दी'],
    ['รองเท้า', 'รองเท้า'],
    ['がっこう', 'がっこう'],
    ['한국어', '한국어'],
  ] as const)
    assert.equal(withoutMarks(fold(given)), fold(bare))
})

test('what is folded stays as it is, in whatever form and case it comes', () => {
  const random = makeRandom(7)
  const one = () => Math.floor(random() * (random() < 0.7 ? 0x1fff : 0xd7ff))
  for (let i = 0; i < 20_000; i++) {
    const text = String.fromCodePoint(...Array.from({ length: 1 + Math.floor(random() * 3) }, one))
    const folded = fold(text)
    for (const other of [
      folded,
      text.normalize('NFC'),
      text.normalize('NFD'),
      tidy(text),
      text.toLowerCase(),
    ])
      assert.equal(fold(other), folded, JSON.stringify(text))
  }
})

test('a number in a sentence is found with and without what stands around it', () => {
  assert.ok(readIdentifiers('where is ST/100.5?').includes('st/100.5'))
  assert.deepEqual(readIdentifiers('"ST/200",'), ['"st/200",', 'st/200', '"st/200"'])
  assert.deepEqual(readIdentifiers('ST/200,REG_02'), ['st/200,reg_02', 'st/200', 'reg_02'])
})

test('words are whole pieces and what they are made of, also where a script sets no spaces', () => {
  assert.deepEqual(readWords('“ST/100.5”, हिन्दी!'), [
    { word: 'st/100.5', parts: ['st', '100', '5'] },
    { word: 'हिन्दी', parts: [] },
  ])
  assert.deepEqual(readWords('รองเท้าวิ่ง')[0]?.parts, ['รองเท้า', 'วิ่ง'])
  assert.equal(readEnglish("Women's Küchen 30-oz bottles ST/5"), 'women kuchen oz bottles st')
})

test('a vector holds words by weight, and forms without marks least of all', () => {
  assert.equal(toVector([["Küchen's", 'A']]), "'küchen''s':1A 'kuchen''s':1D 'küchen':1A 'kuchen':1D")
  const many = Array.from({ length: 200_000 }, (_, i) => `word${i}`).join(' ')
  assert.ok(toVector([[many, 'D']]).length < 2 ** 20)
})

test('a key fits an index, however long the text is', () => {
  assert.ok(Buffer.byteLength(toKey('💡'.repeat(5000))) < 1000)
  assert.ok(toKey('💡'.repeat(5000)).isWellFormed())
})
