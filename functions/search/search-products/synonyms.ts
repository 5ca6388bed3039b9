import type { Source } from '../../../shared/config/index.ts'
import { readWords, withoutMarks } from '../../../shared/text/index.ts'
import type { Meant } from './spelling.ts'

/** Words of a query that stand for one thing, and what else is called so: each a word, or several that go together. */
type Group = { words: Meant[]; others: string[][] }

/** Words that mean the same in this shop (`search.synonyms` of the source files). */
export type Synonyms = {
  group(words: Meant[]): Group[]
  /** All that are there: words that people may misspell as well. */
  words: string[]
}

/** In either number: this is about equal words, not about stems. */
const toOne = (word: string) =>
  withoutMarks(word)
    .replaceAll("'", '')
    .replace(/(?<=[^s]{2})s$/, '')
const split = (text: string) =>
  readWords(text).flatMap(({ word, parts }) => (parts.length > 1 ? parts : [word]))

export function readSynonyms(sources: Source[]): Synonyms {
  const byWords = new Map<string, string[][]>()
  let longest = 1
  for (const row of sources.flatMap(({ search }) => search?.synonyms ?? [])) {
    const phrases = row.map(split).filter(pieces => pieces.length > 0)
    for (const phrase of phrases) {
      const key = phrase.map(toOne).join(' ')
      longest = Math.max(longest, phrase.length)
      byWords.set(key, [...(byWords.get(key) ?? []), ...phrases.filter(other => other !== phrase)])
    }
  }
  const find = (words: Meant[]) => byWords.get(words.map(({ word }) => toOne(word)).join(' '))
  return {
    words: [...new Set([...byWords.values()].flat(2))],
    group(words) {
      const groups: Group[] = []
      for (let at = 0; at < words.length; ) {
        const lengths = Array.from(
          { length: Math.min(longest, words.length - at) },
          (_, i) => i + 1,
        ).reverse()
        const length = lengths.find(each => each > 1 && find(words.slice(at, at + each))) ?? 1
        const own = words.slice(at, at + length)
        groups.push({ words: own, others: find(own) ?? [] })
        at += length
      }
      return groups
    },
  }
}
