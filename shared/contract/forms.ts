/** What an answer can be had as besides JSON. */
export type Form<Answer> = {
  /** As the field `format` of the input names it, and as a file of it ends. */
  name: string
  /** Media type, as the header Accept names it, and what stands behind it in the header of the answer. */
  type: string
  parameters?: string
  /** A browser saves it instead of showing it. */
  isSaved?: boolean
  headers?: Record<string, string>
  encode(answer: Answer): string | Buffer | Promise<string | Buffer>
  /** For the API document. */
  schema: object
}

/** What is needed of a function's definition. */
type Offered = { name: string; forms?: readonly Form<unknown>[] | undefined }

const JSON_TYPE = 'application/json'

/** The form that the caller asks for, by the field `format`, else by the header Accept; undefined for JSON. */
export function formAskedOf(
  { forms = [] }: Offered,
  input: unknown,
  accept: string | undefined,
): Form<unknown> | undefined {
  const { format } = input as { format?: unknown }
  if (format !== undefined) return forms.find(({ name }) => name === format)
  const weights = weightsOf(accept)
  const weightOf = (type: string) => weights.get(type) ?? 0
  const [first] = forms.toSorted((a, b) => weightOf(b.type) - weightOf(a.type))
  return first && weightOf(first.type) > weightOf(JSON_TYPE) ? first : undefined
}

/** The answer as JSON, or in a form. */
export async function encodeAnswer(
  { name, forms }: Offered,
  answer: unknown,
  form: Form<unknown> | undefined,
): Promise<{ headers: Record<string, string>; body: string | Buffer }> {
  const vary = forms && { vary: 'accept' }
  if (!form) return { headers: { 'content-type': JSON_TYPE, ...vary }, body: JSON.stringify(answer) }
  const headers = {
    'content-type': [form.type, form.parameters].filter(part => part !== undefined).join('; '),
    'content-disposition': `${form.isSaved ? 'attachment' : 'inline'}; filename="${name}.${form.name}"`,
    ...form.headers,
    ...vary,
  }
  return { headers, body: await form.encode(answer) }
}

/** By media type; a wildcard asks for none of them. */
function weightsOf(accept = ''): Map<string, number> {
  return new Map(
    accept.split(',').map(range => {
      const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
      const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
      return [type, Number.isNaN(weight) ? 0 : weight]
    }),
  )
}
