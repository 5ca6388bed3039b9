import type { Status as Given } from '../../functions/operate/show-status/status.ts'
import type { Status as Read } from '../../stacks/local/page/data/answers.ts'

/** The type check holds what the page reads of the status against the schema that it is sent by. */
export const asRead = (status: Given): Read => status
