export { type CheckedSentence, checkSentence } from './check.ts'
