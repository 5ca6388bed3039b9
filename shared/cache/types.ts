/** Keeps texts for a while. What it has lost, or cannot be asked for, is not there: no caller fails because of it. */
export type Cache = {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
}
