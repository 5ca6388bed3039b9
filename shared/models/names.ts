export const ENGLISH = 'all-MiniLM-L6-v2'
export const MULTILINGUAL = 'use-multilingual-3'

/** Each has a folder of its name. */
export const MODEL_NAMES = [ENGLISH, MULTILINGUAL]
