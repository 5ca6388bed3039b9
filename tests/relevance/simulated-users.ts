import type { Impression } from '../../functions/search/learn-clicks/click-model.ts'

/** How probable a click is, once a result is looked at, by how well it answers: what is not relevant is clicked too. */
const CLICKED = [0.05, 0.25, 0.5, 0.8]
/** Of clicks, by how well the product answers. */
const ORDERED = [0, 0.02, 0.06, 0.15]
const DISMISSED = 0.02
/** Where clicks say nothing about what was looked at. */
const AT_RANDOM = 0.3
/** Results of a page. */
const PAGE = 10

/** How probable it is that a place, from 0, is looked at. */
const LOOKED_AT = {
  /** What learning believes before it knows better. */
  briefly: (at: number) => 1 / (at + 1),
  patiently: (at: number) => 0.85 ** at,
}

export type Users = {
  clicks: 'by relevance' | 'at random'
  look: keyof typeof LOOKED_AT
  random: () => number
}
export type Event = { place: number; productId: string; worth: number }

/** What one user does with a page: looks at some of it, and clicks what is looked at by its grade and by chance. */
export function browse(
  shown: string[],
  grades: Map<string, number>,
  { clicks, look, random }: Users,
): Event[] {
  return shown.slice(0, PAGE).flatMap((productId, at) => {
    if (random() >= LOOKED_AT[look](at)) return []
    const grade = clicks === 'at random' ? 0 : (grades.get(productId) ?? 0)
    const likely = clicks === 'at random' ? AT_RANDOM : (CLICKED[grade] ?? 0)
    const event = { place: at + 1, productId }
    if (random() < likely) return { ...event, worth: random() < (ORDERED[grade] ?? 0) ? 3 : 1 }
    return grade === 0 && random() < DISMISSED ? { ...event, worth: -1 } : []
  })
}

/** What was shown and what came of it, as learn-clicks reads it from the marts. */
export function makeImpressions() {
  const impressions = new Map<string, Impression>()
  return {
    add(queryKey: string, shown: string[], events: Event[]) {
      for (const [at, productId] of shown.slice(0, PAGE).entries()) {
        const key = JSON.stringify([queryKey, productId, at])
        const known = impressions.get(key) ?? {
          ...{ queryKey, productId, position: at + 1, shown: 0, clicked: 0, worth: 0 },
        }
        const event = events.find(({ place }) => place === at + 1)
        known.shown += 1
        known.clicked += event ? 1 : 0
        known.worth += event?.worth ?? 0
        impressions.set(key, known)
      }
    },
    all: () => [...impressions.values()],
  }
}
