/** Something that somebody has to look at. Its name and its labels say which one it is. */
export type Alert = AlertKey & {
  /** One line: what is wrong. */
  summary: string
  /** What was found, and what to do. Never a value of a person. */
  description: string
}

export type AlertKey = {
  /** In snake_case, such as `check_failed`. */
  name: string
  severity: 'critical' | 'warning'
  labels: Record<string, string>
}

/** Where alerts go. Telling the same one again changes nothing; one that is over is told as such. */
export type Alerts = {
  /** @throws OutageError where nobody takes them */
  send(alerts: Alert[]): Promise<void>
  /** @throws OutageError where nobody takes them */
  resolve(alerts: AlertKey[]): Promise<void>
}
