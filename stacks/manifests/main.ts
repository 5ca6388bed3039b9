import { exitWith } from '../../shared/contract/index.ts'
import { ROOT } from '../project.ts'
import { writeManifests } from './manifests.ts'
import { readOptions } from './options.ts'

/** `make manifests`, or `npm run manifests -- --registry … --into …`: prints stack.yml and stacks/knative from the code. */
try {
  const written = await writeManifests(readOptions(process.argv.slice(2), ROOT))
  for (const path of written) process.stdout.write(`${path}\n`)
} catch (error) {
  exitWith(error)
}
