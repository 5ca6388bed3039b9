import { SqlError } from './errors.ts'
import { type Parameter, type ProcedureCall, readDeclarations } from './requests.ts'

/** A statement to be run, with its parameters by name; and the handle that is told for it. */
export type PreparedCall = {
  run?: { text: string; parameters: Parameter[] }
  tells?: { name: string; handle: number }
}

type Prepared = { text: string; names: string[] }

/** The statements that a session has prepared. @returns what a call means; undefined where it is of another procedure */
export function makePrepared() {
  const byHandle = new Map<number, Prepared>()
  let lastHandle = 0

  const prepare = ({ parameters: [handle, declarations, text] }: ProcedureCall) => {
    const prepared = { text: textOf(text), names: readDeclarations(String(declarations?.value ?? '')) }
    lastHandle += 1
    byHandle.set(lastHandle, prepared)
    return { prepared, tells: { name: handle?.name ?? '', handle: lastHandle } }
  }
  const find = (handle: Parameter | undefined) => {
    const prepared = byHandle.get(Number(handle?.value))
    if (prepared) return prepared
    throw new SqlError(8179, `Could not find prepared statement with handle ${handle?.value}.`)
  }

  return {
    clear: () => byHandle.clear(),
    resolve(call: ProcedureCall): PreparedCall | undefined {
      const { procedure, parameters } = call
      switch (procedure.toLowerCase()) {
        case 'sp_executesql': {
          const [text, declarations, ...values] = parameters
          const names = readDeclarations(String(declarations?.value ?? ''))
          return { run: { text: textOf(text), parameters: named(values, names) } }
        }
        case 'sp_prepare':
          return { tells: prepare(call).tells }
        case 'sp_prepexec': {
          const { prepared, tells } = prepare(call)
          return {
            run: { text: prepared.text, parameters: named(parameters.slice(3), prepared.names) },
            tells,
          }
        }
        case 'sp_execute': {
          const { text, names } = find(parameters[0])
          return { run: { text, parameters: named(parameters.slice(1), names) } }
        }
        case 'sp_unprepare':
          find(parameters[0])
          byHandle.delete(Number(parameters[0]?.value))
          return {}
        default:
          return undefined
      }
    },
  }
}

function textOf(parameter: Parameter | undefined): string {
  if (typeof parameter?.value === 'string') return parameter.value
  throw new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.")
}

/** A parameter without a name has that of its place in the declarations. */
const named = (parameters: Parameter[], names: string[]) =>
  parameters.map((parameter, index) => ({ ...parameter, name: parameter.name || (names[index] ?? '') }))
