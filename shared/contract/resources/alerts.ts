import { openAlerts } from '../../alerts/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['alerts'] = async settings => ({ value: openAlerts(settings) })
export default open
