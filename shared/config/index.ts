export * from './settings.ts'
export * from './source.ts'
export * from './triggers.ts'
