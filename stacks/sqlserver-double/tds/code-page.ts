/** The code page of SQL_Latin1_General_CP1_CI_AS: what varchar, char and text are sent in. */
const decoder = new TextDecoder('windows-1252')
const CHARACTERS = Array.from({ length: 256 }, (_, byte) => decoder.decode(Uint8Array.of(byte)))
const BYTES = new Map(CHARACTERS.map((character, byte) => [character.charCodeAt(0), byte]))
const QUESTION_MARK = 0x3f

/** @returns the byte of a character; a question mark where the code page has none, as on conversion there */
export const byteOf = (code: number) => (code < 128 ? code : (BYTES.get(code) ?? QUESTION_MARK))

export function encodeCodePage(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = byteOf(text.charCodeAt(i))
  return bytes
}

export const decodeCodePage = (bytes: Uint8Array) => decoder.decode(bytes)

/** A text as it is once it has been stored in varchar. */
export function throughCodePage(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 128) return decodeCodePage(encodeCodePage(text))
  }
  return text
}
