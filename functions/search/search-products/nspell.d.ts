declare module 'nspell' {
  /** @param dictionary in Hunspell's form */
  export default function nspell(dictionary: { aff: Buffer; dic: Buffer }): { correct(word: string): boolean }
}
