import type { Texts } from './texts.ts'

const known = (what: string) => `I can't know that from here: ${what}.`

export const ENGLISH: Texts = {
  by: names => `by ${names}`,
  only: (name, values) => `only ${name}: ${values}`,
  without: (name, values) => `without ${name}: ${values}`,
  share: of => (of === null ? 'as a share of all' : `share of all, whatever the ${of}`),
  per: label => `for each of: ${label}`,
  compared: (kind, period) =>
    kind === 'previous'
      ? `compared with the period before, ${period}`
      : `compared with a year ago, ${period}`,
  order: (by, isDescending, limit) =>
    `the ${limit} ${by === 'change' ? (isDescending ? 'that grew most' : 'that fell most') : isDescending ? 'largest' : 'smallest'}`,
  units: { day: 'day', week: 'week', month: 'month', quarter: 'quarter', year: 'year' },
  noValue: '(none)',
  more: count => `and ${count} more.`,
  nothing: (label, period) => `Nothing is recorded for this: ${label}, ${period}.`,
  shareLine: (share, label, part, whole) => `${share} of all (${label}: ${part} of ${whole})`,
  difference: (direction, size, change, base) =>
    direction === 'same'
      ? `as much as before (${base})`
      : `${size}${change === null ? '' : ` (${change})`} ${direction === 'up' ? 'more' : 'less'} than before (${base})`,
  notes: {
    corrected: (given, read) => `“${given}” was read as “${read}”.`,
    value: (value, taken, others) => `“${value}” was taken as ${taken}; it is ${others} too.`,
    metric: (word, label) => `“${word}” was taken as: ${label}.`,
    assumed: label => `No number was named: ${label} was taken.`,
    partial: (first, last) => `There are data from ${first} to ${last}.`,
    atEnd: 'It is that of the last day of each period.',
  },
  reasons: {
    nothing_asked: () => known('no number is asked for'),
    unknown_word: about => known(`nothing here is called “${about}”`),
    cause: about => known(`“${about}” asks for a cause, and numbers do not say why`),
    future: about => known(`“${about}” asks for what is to come; forecasts have a function of their own`),
    advice: about => known(`“${about}” asks for advice`),
    person: about => known(`“${about}” asks for a single person or something personal`),
    average: about =>
      known(`“${about}”: only the averages that have a name are known, such as revenue per order`),
    negation: about => known(`it is not clear what “${about}” leaves out`),
    threshold: about => known(`“${about}” needs a limit or something to compare with that I cannot apply`),
    no_metric: about => known(`no number is known for “${about}”`),
    several_metrics: about => known(`“${about}” are several numbers; ask for one at a time`),
    counted: about => known(`“${about}” is an amount of money; ask how much, or for orders or units`),
    no_dimension: about => known(`“${about}” of what is not said, or it is nothing that can be listed`),
    several_dimensions: about => known(`“${about}” cannot be put in one answer`),
    dimension_of_metric: about => known(`this number is not known by ${about}`),
    not_divisible: about => known(`one cannot be divided by the other: ${about}`),
    period: about => known(`“${about}” is no period that I can read`),
    several_periods: about => known(`“${about}” are several periods that are not one`),
    no_period: about => known(`“${about}” needs a period, such as last month`),
    no_data: about => known(`there are no data of “${about}”`),
    base: about => known(`I compare with the period before or with a year ago, not with “${about}”`),
    share: about => known(`it is not clear what “${about}” is a share of`),
    forbidden: about => known(`“${about}” needs a right that you do not have`),
  },
  instead: {
    lastMonth: label => `${label} last month`,
    by: (label, dimension) => `${label} by ${dimension} this year`,
    compared: label => `${label} last month compared with the month before`,
    byMonth: label => `${label} by month`,
  },
}
