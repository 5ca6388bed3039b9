import { noteActivity } from './data/activity.js'
import { followStatus, watchStatus } from './data/status.js'
import { explainSilence, showLayout } from './layout.js'
import { startRouter } from './router.js'
import { views } from './views.js'

watchStatus(noteActivity)
watchStatus(showLayout)
startRouter(views)
void followStatus(explainSilence)
