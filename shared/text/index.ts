export { boundText } from './bound.ts'
export { addDays, daysBetween } from './dates.ts'
export { afterAll, FOLDING, fold, tidy, toBareKey, toKey, withoutMarks } from './fold.ts'
export { readable } from './readable.ts'
export {
  locateWords,
  piecesOf,
  quoteLexeme,
  readEnglish,
  readIdentifiers,
  readWords,
  toVector,
  type Weight,
  type Word,
} from './words.ts'
