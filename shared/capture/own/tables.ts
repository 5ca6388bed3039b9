/** The tables that functions record rows in. */
export type OwnTable = 'Search' | 'SearchFeedback' | 'Proposition' | 'PropositionFeedback'

/** What a list of propositions follows within a second; rows of other tables gather first. */
export const PROMPT_TABLES: readonly string[] = [
  'SearchFeedback',
  'Proposition',
  'PropositionFeedback',
] satisfies OwnTable[]

/** Where it is announced that there are such rows. */
export const OWN_CHANNEL = 'cordage_own'
