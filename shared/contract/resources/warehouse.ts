import { openWarehouse } from '../../warehouse/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['warehouse'] = async settings => ({ value: openWarehouse(settings) })
export default open
