export { filter, makeConditions, makeOrder, makeRowRules, unknownColumn } from './conditions.ts'
export {
  asOfMart,
  findMart,
  lookUpMart,
  lookUpMarts,
  type MartRecord,
  schemaOf,
  tableOf,
} from './find-mart.ts'
export { recordKeptMart } from './kept.ts'
export { unknownMart } from './unknown-mart.ts'
