import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
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

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: `node${NODE_MAJOR}`,
  minify: true,
  keepNames: true,
  legalComments: 'none',
  external: [...NATIVE_PACKAGES.map(({ name }) => name), 'pg-native'],
  // CommonJS dependencies call require(), which an ES module does not have.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  },
  logLevel: 'error',
  metafile: true,
} satisfies BuildOptions

/** Messages of a dependency in fifty languages. */
const UNUSED_MODULES = /^\.\.\/locales\/index\.js$/

/** Where a kind of capture is loaded: by the connector alone, which is no bundle. */
const CAPTURE_KIND = /shared\/capture\/[^/]+\/kind\.ts$/

/** Functions that are bundled at once read the modules that they share once; all of them would take gigabytes. */
const AT_ONCE = 8

/**
 * Writes `dist/<function>/`: the whole server in one file behind a loader, what it may load later, the native packages, the model and the Python
 * job it needs.
 * @returns the folder
 */
export async function bundleFunction(folder: FunctionFolder, root: string, dist: string): Promise<string> {
  const [out = ''] = await bundleFunctions([folder], root, dist)
  return out
}

/** Bundles several, in a fraction of the time. @returns their folders */
export async function bundleFunctions(
  folders: FunctionFolder[],
  root: string,
  dist: string,
): Promise<string[]> {
  const written: string[] = []
  for (let from = 0; from < folders.length; from += AT_ONCE)
    written.push(...(await bundleSome(folders.slice(from, from + AT_ONCE), root, dist)))
  return written
}

async function bundleSome(folders: FunctionFolder[], root: string, dist: string): Promise<string[]> {
  const functions = await Promise.all(
    folders.map(async folder => ({ folder, definition: await loadFunction(folder) })),
  )
  const servers = new Map(
    functions.map(({ folder, definition }) => [folder.name, serverOf(folder, root, definition)]),
  )
  for (const { name } of folders) rmSync(join(dist, name), { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: folders.map(({ name }) => ({ in: `server:${name}`, out: join(name, 'function') })),
    outdir: dist,
    ...OPTIONS,
    plugins: [
      serverModules(servers, root),
      emptyModules(UNUSED_MODULES),
      withoutCaptures(),
      requiredBuiltins(),
      ...LATE_MODULES.map(besideTheBundle),
    ],
  })
  const outputs = Object.values(metafile.outputs)
  return await Promise.all(
    functions.map(async ({ folder, definition }) => {
      const out = join(dist, folder.name)
      const output = outputs.find(({ entryPoint }) => entryPoint === `server:${folder.name}`)
      await completeBundle(folder, root, out, definition, output?.imports ?? [])
      return out
    }),
  )
}

/** The module that serves a function with the resources that it uses. */
function serverOf(folder: FunctionFolder, root: string, { uses }: FunctionDefinition): string {
  return [
    `import definition from './${relative(root, folder.path)}/handler.ts'`,
    `import { serve } from './shared/contract/serve.ts'`,
    ...uses.map(name => `import ${name} from './shared/contract/resources/${name}.ts'`),
    `await serve(definition, { ${uses.join(', ')} })`,
  ].join('\n')
}

/** Adds what a server loads late, is loaded by, or reads from beside it. @param imports what it does not include */
async function completeBundle(
  folder: FunctionFolder,
  root: string,
  out: string,
  definition: FunctionDefinition,
  imports: { path: string }[],
): Promise<void> {
  const imported = new Set(imports.map(({ path }) => path))
  const ofServer = new Set(imported)
  for (const { resource, path, copy } of LATE_MODULES) {
    const isNeeded = resource
      ? definition.uses.includes(resource)
      : ofServer.has(`./${basename(path, '.ts')}.js`)
    if (!isNeeded) continue
    const late = await bundleLate(root, path)
    for (const { name, contents } of late.files) writeFileSync(join(out, name), contents)
    for (const name of late.imports) imported.add(name)
    copy?.(root, join(out, 'node_modules'))
  }
  writeFileSync(join(out, 'index.js'), LOADER)
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n')
  for (const { name, copy } of NATIVE_PACKAGES) if (imported.has(name)) copy(root, join(out, 'node_modules'))
  copyAssets(folder, root, out, definition)
}

type LateBundle = { files: { name: string; contents: Uint8Array }[]; imports: string[] }
const lateBundles = new Map<string, Promise<LateBundle>>()

/** What is loaded late is the same for every function, and bundled once in a process. */
function bundleLate(root: string, path: string): Promise<LateBundle> {
  const entry = join(root, path)
  const known = lateBundles.get(entry)
  if (known) return known
  const bundled = build({
    entryPoints: [entry],
    outdir: dirname(entry),
    write: false,
    ...OPTIONS,
    plugins: [requiredBuiltins()],
  }).then(({ outputFiles, metafile }) => ({
    files: outputFiles.map(({ path, contents }) => ({ name: basename(path), contents })),
    imports: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  }))
  lateBundles.set(entry, bundled)
  return bundled
}

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

/** Finds the servers by the names of their functions. */
function serverModules(servers: Map<string, string>, root: string) {
  return {
    name: 'server-modules',
    setup(builder: import('esbuild').PluginBuild) {
      builder.onResolve({ filter: /^server:/ }, ({ path }) => ({
        path: path.slice('server:'.length),
        namespace: 'server',
      }))
      builder.onLoad({ filter: /.*/, namespace: 'server' }, ({ path }) => ({
        contents: servers.get(path) ?? '',
        loader: 'ts',
        resolveDir: root,
      }))
    },
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
