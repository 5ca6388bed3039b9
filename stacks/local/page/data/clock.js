/** Ages are by the server's clock: a browser's may be minutes off. */

let offsetMs = 0

/** @param {string} at */
export function setServerTime(at) {
  offsetMs = Date.parse(at) - Date.now()
}

/** @param {string} at */
export function ageMs(at) {
  return Math.max(0, Date.now() + offsetMs - Date.parse(at))
}
