/** A product that a model proposes. Lists of them begin with the best. */
export type Candidate = {
  productId: string
  /** As its model gives it; one that is no finite number leaves the candidate out. */
  score: number
  /** Why, in words for a sales person. */
  because: string
  /** A new product, of which no model knows much yet: exploration may take it. */
  isNew: boolean
  /** Hardly in anybody's list: exploration may take it too. */
  isSeldomShown?: boolean
}

/** What the rules look at of a product as it is now; null where nobody knows. */
export type ProductFacts = {
  productId: string
  category: string | null
  subcategory: string | null
  brand: string | null
  /** Sizes and colours of one thing have one model. */
  model: string | null
  price: number | null
  /** In the price's currency. */
  cost: number | null
  /** Pieces, over all locations; null where nobody keeps its stock. */
  stock: number | null
  /** Usual days between two purchases of a consumable; null for anything else. */
  repeatDays: number | null
}

/** What the rules look at of a client; days as YYYY-MM-DD. */
export type ClientFacts = {
  /** The last day on which each product was bought. */
  bought: ReadonlyMap<string, string>
  returned: ReadonlySet<string>
  /** The last day on which each product was dismissed. */
  dismissed: ReadonlyMap<string, string>
}
