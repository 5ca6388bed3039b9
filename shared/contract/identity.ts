/** Who calls: what the token says, where there is one. */
export type Identity = {
  subject?: string | undefined
  isOperator: boolean
  roles: string[]
  /** Those that AUTH_CLAIMS names. */
  claims: Record<string, string[]>
}

/** Any caller without sign-in, and Cordage itself. */
export const OPERATOR: Identity = { isOperator: true, roles: ['operator'], claims: {} }
/** Any caller of a public function, which needs no sign-in. */
export const STRANGER: Identity = { isOperator: false, roles: [], claims: {} }

/** Whether a caller meets a level: `user` needs no role, any other word needs the role of that name. */
export function hasAccess({ isOperator, roles }: Identity, level: string): boolean {
  return isOperator || level === 'user' || roles.includes(level)
}
