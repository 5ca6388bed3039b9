import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes a message that there is no server for. Written again it replaces itself.
 * @param name may be anything; what no file system takes is replaced
 */
export async function writeToOutbox(
  folder: string,
  name: string,
  extension: string,
  content: Uint8Array | string,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_').slice(0, 200)}.${extension}`)
  // It names people: nobody else reads it.
  await writeFile(`${file}.part`, content, { mode: 0o600 })
  await rename(`${file}.part`, file)
}
