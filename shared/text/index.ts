export { FOLDING, fold, tidy, toKey, withoutMarks } from './fold.ts'
export {
  quoteLexeme,
  readEnglish,
  readIdentifiers,
  readWords,
  toVector,
  type Weight,
  type Word,
} from './words.ts'
