export {
  editDistance,
  keepVocabulary,
  makeVocabulary,
  stemsSql,
  type Vocabulary,
} from '../../../shared/vocabulary/index.ts'
