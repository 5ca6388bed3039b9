import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import type { FunctionDefinition, ResourceName } from '../../shared/contract/index.ts'
import { MODEL_NAMES } from '../../shared/models/names.ts'
import { FONT_FILES } from '../../shared/reports/render/pdf/font-files.ts'
import { type FunctionFolder, loadFunction } from '../project.ts'
import { LOADER, NODE_MAJOR } from './loader.ts'

/**
 * Packages that have compiled parts, or files, which no bundler can include: copied beside a bundle that imports them, for this
 * platform.
 */
const NATIVE_PACKAGES: { name: string; copy: (root: string, into: string) => void }[] = [
  { name: 'onnxruntime-node', copy: copyOnnxRuntime },
  { name: '@duckdb/node-bindings', copy: copyDuckdb },
  // It reads its files from where it lies.
  { name: 'dictionary-en', copy: copyDictionary },
]

/**
 * What only some settings need, imported on demand, or runs in a thread of its own: a separate file beside the bundle, which
 * is not read or compiled otherwise.
 */
const LATE_MODULES: {
  /** Only where a function uses that; else wherever it is imported. */
  resource?: ResourceName
  path: string
  copy?: (root: string, into: string) => void
}[] = [
  { resource: 'objects', path: 'shared/objects/s3-client.ts' },
  { resource: 'models', path: 'shared/models/embed-worker.ts' },
  { resource: 'cache', path: 'shared/cache/redis-cache.ts' },
  { resource: 'mail', path: 'shared/outbox/mail/smtp.ts' },
  { path: 'shared/reports/render/pdf/write-pdf.ts', copy: copyFonts },
]

/** Messages of a dependency in fifty languages. */
const UNUSED_MODULES = /^\.\.\/locales\/index\.js$/

/** Where a kind of capture is loaded: by the connector alone, which is no bundle. */
const CAPTURE_KIND = /shared\/capture\/[^/]+\/kind\.ts$/

/**
 * Writes `dist/<function>/`: the whole server in one file behind a loader, what it may load later, the native packages, the model and the Python
 * job it needs.
 * @returns the folder
 */
export async function bundleFunction(folder: FunctionFolder, root: string, dist: string): Promise<string> {
  const definition = await loadFunction(folder)
  const out = join(dist, folder.name)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const openers = definition.uses.map(name => `import ${name} from './shared/contract/resources/${name}.ts'`)
  // CommonJS dependencies call require(), which an ES module does not have.
  const banner = {
    js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  }
  const options = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: `node${NODE_MAJOR}`,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    external: [...NATIVE_PACKAGES.map(({ name }) => name), 'pg-native'],
    banner,
    logLevel: 'error',
    metafile: true,
  } satisfies BuildOptions
  const entry = [
    `import definition from './${relative(root, folder.path)}/handler.ts'`,
    `import { serve } from './shared/contract/serve.ts'`,
    ...openers,
    `await serve(definition, { ${definition.uses.join(', ')} })`,
  ].join('\n')
  const main = await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: `${folder.name}.ts`, loader: 'ts' },
    outfile: join(out, 'function.js'),
    ...options,
    plugins: [
      emptyModules(UNUSED_MODULES),
      withoutCaptures(),
      requiredBuiltins(),
      ...LATE_MODULES.map(besideTheBundle),
    ],
  })
  const built: { metafile: Metafile }[] = [main]
  for (const { resource, path, copy } of LATE_MODULES) {
    const isNeeded = resource
      ? definition.uses.includes(resource)
      : importsOf(main).has(`./${basename(path, '.ts')}.js`)
    if (!isNeeded) continue
    built.push(
      await build({
        entryPoints: [join(root, path)],
        outdir: out,
        ...options,
        plugins: [requiredBuiltins()],
      }),
    )
    copy?.(root, join(out, 'node_modules'))
  }
  writeFileSync(join(out, 'index.js'), LOADER)
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n')
  const imported = built.map(importsOf)
  for (const { name, copy } of NATIVE_PACKAGES)
    if (imported.some(paths => paths.has(name))) copy(root, join(out, 'node_modules'))
  copyAssets(folder, root, out, definition)
  return out
}

const importsOf = ({ metafile }: { metafile: Metafile }): Set<string> =>
  new Set(Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)))

function copyAssets(folder: FunctionFolder, root: string, out: string, definition: FunctionDefinition): void {
  const { uses, python } = definition
  if (uses.includes('models'))
    for (const model of MODEL_NAMES)
      cpSync(join(root, 'shared', 'models', model), join(out, 'models', model), { recursive: true })
  if (python) copyJob(folder, root, out)
  if (python && uses.includes('warehouse'))
    cpSync(join(root, 'dbt'), join(out, 'dbt'), {
      recursive: true,
      filter: path => !/[\\/](target|logs|__pycache__)$/.test(path),
    })
}

/** A function's Python, with its packages, and the module that every job imports. */
function copyJob(folder: FunctionFolder, root: string, out: string): void {
  for (const from of [folder.path, join(root, 'shared', 'python')])
    for (const entry of readdirSync(from, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.py')) {
        const file = join(entry.parentPath, entry.name)
        cpSync(file, join(out, relative(from, file)))
      }
}

function emptyModules(filter: RegExp) {
  return {
    name: 'empty-modules',
    setup(builder: import('esbuild').PluginBuild) {
      builder.onResolve({ filter }, ({ path }) => ({ path, namespace: 'empty' }))
      builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
        contents: 'export default {}',
        loader: 'js',
      }))
    },
  }
}

function withoutCaptures() {
  return {
    name: 'without-captures',
    setup(builder: import('esbuild').PluginBuild) {
      builder.onResolve({ filter: /^\.\// }, ({ path, kind, importer }) =>
        kind === 'dynamic-import' && CAPTURE_KIND.test(importer) ? { path, external: true } : undefined,
      )
    },
  }
}

/** Leaves the import of a module to when it runs, from the file of that name. */
function besideTheBundle({ path }: { path: string }) {
  const name = basename(path, '.ts')
  return {
    name: `beside-${name}`,
    setup(builder: import('esbuild').PluginBuild) {
      builder.onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, () => ({
        path: `./${name}.js`,
        external: true,
      }))
    },
  }
}

/**
 * Has Node's own modules required: an import reads every export of theirs to mirror it, also the lazy ones, and node:http's
 * load undici, a tenth of a start.
 */
function requiredBuiltins() {
  return {
    name: 'required-builtins',
    setup(builder: import('esbuild').PluginBuild) {
      builder.onResolve({ filter: /^[a-z:_/]+$/ }, ({ path, kind }) => {
        if (kind !== 'import-statement' || !isBuiltin(path)) return undefined
        return { path, namespace: 'builtin' }
      })
      builder.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(path)})`,
        loader: 'js',
      }))
    },
  }
}

function copyOnnxRuntime(root: string, into: string): void {
  const from = join(root, 'node_modules', 'onnxruntime-node')
  const to = join(into, 'onnxruntime-node')
  const binary = join('bin', 'napi-v6', process.platform, process.arch)
  for (const part of ['package.json', 'dist', binary])
    cpSync(join(from, part), join(to, part), { recursive: true })
  copyPackage(from, 'onnxruntime-common', into)
}

function copyDuckdb(root: string, into: string): void {
  const from = join(root, 'node_modules', '@duckdb')
  for (const name of readdirSync(from).filter(name => name.startsWith('node-bindings')))
    cpSync(join(from, name), join(into, '@duckdb', name), { recursive: true })
  copyPackage(join(from, 'node-bindings'), 'detect-libc', into)
}

function copyDictionary(root: string, into: string): void {
  const name = 'dictionary-en'
  cpSync(join(root, 'node_modules', name), join(into, name), { recursive: true })
}

/** Of all fonts of the package those that a PDF is written with. */
function copyFonts(root: string, into: string): void {
  const name = 'dejavu-fonts-ttf'
  for (const part of ['package.json', 'LICENSE', ...FONT_FILES.map(file => join('ttf', file))])
    cpSync(join(root, 'node_modules', name, part), join(into, name, part))
}

/** Copies a package as another one would find it. */
function copyPackage(asker: string, name: string, into: string): void {
  const require = createRequire(join(asker, 'package.json'))
  const entry = require.resolve(name)
  const folder = entry.slice(
    0,
    entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length,
  )
  mkdirSync(dirname(join(into, name)), { recursive: true })
  cpSync(folder, join(into, name), { recursive: true })
}
