/** The same call in the languages of those who make it. */

const GATEWAY = 'http://127.0.0.1:8080'

export function toCurl(name: string, input: object): string {
  const body = Object.keys(input).length === 0 ? '{}' : JSON.stringify(input)
  return `curl -s ${GATEWAY}/function/${name} -H 'content-type: application/json' -d '${body.replaceAll("'", String.raw`'\''`)}'`
}

/** A GET with a query string, for functions that only read. */
export function toCurlGet(name: string, input: object): string {
  const query = toParameters(input)
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("'", '%27')}`)
    .join('&')
  return `curl -s '${GATEWAY}/function/${name}${query === '' ? '' : `?${query}`}'`
}

function toParameters(input: object, prefix = ''): [string, string][] {
  return Object.entries(input).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    if (Array.isArray(value)) return value.map(item => [prefix + key, String(item)])
    if (typeof value === 'object' && value !== null) return toParameters(value, `${prefix}${key}.`)
    return [[prefix + key, String(value)]]
  })
}

/**
 * A whole C# program (.NET 8 or newer, top-level statements, nothing to install).
 * @param list the answer's field to go through; undefined prints the answer as it is
 */
export function toCSharp(name: string, input: object, list: string | undefined): string {
  const print = list
    ? [
        `foreach (var item in answer.GetProperty(${text(list)}).EnumerateArray())`,
        '    Console.WriteLine(item);',
      ]
    : ['Console.WriteLine(answer);']
  return [
    'using System.Net.Http.Json;',
    'using System.Text.Json;',
    '',
    `using var http = new HttpClient { BaseAddress = new Uri(${text(GATEWAY)}) };`,
    `using var response = await http.PostAsJsonAsync(${text(`/function/${name}`)}, ${literal(input)});`,
    'response.EnsureSuccessStatusCode();',
    'var answer = await response.Content.ReadFromJsonAsync<JsonElement>();',
    ...print,
  ].join('\n')
}

const text = (value: string) => JSON.stringify(value)
const IDENTIFIER = /^[a-z][A-Za-z0-9_]*$/

/** A value as a C# expression: objects as anonymous types, or as dictionaries where a name is no identifier. */
function literal(value: unknown): string {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return `new object[] { ${value.map(literal).join(', ')} }`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
  if (entries.length === 0) return 'new { }'
  return entries.every(([key]) => IDENTIFIER.test(key))
    ? `new { ${entries.map(([key, inner]) => `${key} = ${literal(inner)}`).join(', ')} }`
    : `new Dictionary<string, object> { ${entries.map(([key, inner]) => `[${text(key)}] = ${literal(inner)}`).join(', ')} }`
}
