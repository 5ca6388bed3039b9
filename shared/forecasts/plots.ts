import { drawBars, type Measures, numberOf } from '../registry/index.ts'

/** How often what was sold lay outside the band, by part of the shop, the largest first, with what is promised. */
export function drawBand(parts: Record<string, Measures>): string {
  const known = Object.entries(parts).filter(([, { belowP10 }]) => numberOf(belowP10) !== undefined)
  return drawBars({
    title: 'How often sales were outside the band, of open days',
    names: ['below p10', 'above p90', 'at or above p90'],
    rows: known
      .toSorted(([, a], [, b]) => (numberOf(b.cells) ?? 0) - (numberOf(a.cells) ?? 0))
      .map(([label, own]) => ({
        ...{ label, values: [own.belowP10, own.aboveP90, own.atOrAboveP90].map(numberOf) },
      })),
    marks: [
      { at: 0.08, label: '8 %: least at or above p90' },
      { at: 0.12, label: '12 %: most below p10, above p90' },
    ],
    write: value => `${(value * 100).toFixed(1)} %`,
  })
}
