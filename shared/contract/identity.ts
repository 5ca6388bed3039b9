/** Who calls: what the token says, where there is one. */
export type Identity = {
  subject?: string | undefined
  isOperator: boolean
  roles: string[]
  /** Those that AUTH_CLAIMS names. */
  claims: Record<string, string[]>
}

/** Whoever calls where nobody is asked who it is, and Cordage itself. */
export const OPERATOR: Identity = { isOperator: true, roles: ['operator'], claims: {} }
/** Whoever calls a public function: nobody is asked who it is. */
export const STRANGER: Identity = { isOperator: false, roles: [], claims: {} }

/** Whether a caller has what a level asks for: `user` asks for nothing, any other word for the role of that name. */
export function hasAccess({ isOperator, roles }: Identity, level: string): boolean {
  return isOperator || level === 'user' || roles.includes(level)
}
