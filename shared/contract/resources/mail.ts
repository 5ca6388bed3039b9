import { openMail } from '../../outbox/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['mail'] = async settings => ({ value: openMail(settings) })
export default open
