import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FunctionDefinition } from '../shared/contract/index.ts'

/** Where the project lies. */
export const ROOT = resolve(fileURLToPath(new URL('../', import.meta.url)))

/** A function's folder: `functions/<stage>/<name>`. */
export type FunctionFolder = { stage: string; name: string; path: string }

export function listFunctions(root: string): FunctionFolder[] {
  const functions = join(root, 'functions')
  const folders = (path: string) =>
    readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort()
  return folders(functions).flatMap(stage =>
    folders(join(functions, stage)).map(name => ({ stage, name, path: join(functions, stage, name) })),
  )
}

/** @throws TypeError where a folder's function has another name than the folder */
export async function loadFunction({ name, path }: FunctionFolder): Promise<FunctionDefinition> {
  const module = (await import(pathToFileURL(join(path, 'handler.ts')).href)) as {
    default?: FunctionDefinition
  }
  if (module.default?.name !== name)
    throw new TypeError(`${path}/handler.ts must export the function "${name}" as its default`)
  return module.default
}
