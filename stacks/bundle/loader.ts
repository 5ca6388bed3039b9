/** The oldest Node that bundles run on; package.json and README name the same. */
export const NODE_MAJOR = 22

/**
 * What a bundle's `index.js` is. The compile cache, which keeps what V8 made of a file, serves those that are loaded after it.
 * An older Node has none: it gets a message before anything is imported that it lacks.
 */
export const LOADER = `if (Number(process.versions.node.split('.')[0]) < ${NODE_MAJOR}) {
  process.stderr.write(\`Node \${process.versions.node} is too old for this bundle: it needs Node ${NODE_MAJOR} or newer\\n\`)
  process.exit(78)
}
const { enableCompileCache } = await import('node:module')
enableCompileCache()
await import('./function.js')
`
