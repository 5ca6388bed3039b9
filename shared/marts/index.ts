export { filter, makeConditions, makeOrder, makeRowRules, unknownColumn } from './conditions.ts'
export { asOfMart, findMart, type MartRecord, tableOf } from './find-mart.ts'
