export { type Colours, makeColours } from './colours.ts'
export { keepRead } from './keep-read.ts'
export { toIssues } from './key-issues.ts'
export {
  editDistance,
  type Known,
  keepVocabulary,
  makeVocabulary,
  stemsSql,
  type Vocabulary,
} from './vocabulary.ts'
