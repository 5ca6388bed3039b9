import dictionary from 'dictionary-en'
import nspell from 'nspell'

/** Says whether a folded word is English (Hunspell's dictionary): such a word is not misspelled, whatever the catalogue has. */
export type IsEnglish = (word: string) => boolean

export function loadEnglish(): IsEnglish {
  const spelling = nspell({ aff: Buffer.from(dictionary.aff), dic: Buffer.from(dictionary.dic) })
  // Names and months have a capital, which a folded word has lost.
  return word => spelling.correct(word) || spelling.correct(word.charAt(0).toUpperCase() + word.slice(1))
}
