/** An error as SQL Server sends it: number, severity and state are what clients go by. */
export class SqlError extends Error {
  override name = 'SqlError'
  readonly number: number
  readonly severity: number
  readonly state: number
  readonly line: number

  constructor(number: number, text: string, more: { severity?: number; state?: number; line?: number } = {}) {
    super(text)
    this.number = number
    this.severity = more.severity ?? 16
    this.state = more.state ?? 1
    this.line = more.line ?? 1
  }
}

/** What a client sent is no TDS. Its connection is closed; no other connection notices. */
export class ProtocolError extends Error {
  override name = 'ProtocolError'
}
