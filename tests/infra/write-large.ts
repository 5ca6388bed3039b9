import { openObjects } from '../../shared/objects/index.ts'
import { filled } from '../support/objects.ts'

/** Writes one object of so many megabytes and prints what memory the process had before and at most. */
const [url = '', megabytes = '0'] = process.argv.slice(2)
const objects = openObjects(url)
await objects.put('warm', 'x')
const idleMb = Math.round(process.memoryUsage().rss / 1e6)
await objects.put('huge', filled(Number(megabytes) * 1e6, 1))
const peakMb = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)
console.log(JSON.stringify({ idleMb, peakMb }))
process.exit(0)
