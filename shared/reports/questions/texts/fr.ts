import type { Texts } from './texts.ts'

const known = (what: string) => `Je ne peux pas le savoir d’ici : ${what}.`

export const FRENCH: Texts = {
  by: names => `par ${names}`,
  only: (name, values) => `seulement ${name} : ${values}`,
  without: (name, values) => `sans ${name} : ${values}`,
  share: of => (of === null ? 'en part du total' : `part du total, sans filtre sur ${of}`),
  per: label => `divisé par : ${label}`,
  compared: (kind, period) =>
    kind === 'previous'
      ? `comparé à la période précédente, ${period}`
      : `comparé à l’année précédente, ${period}`,
  order: (by, isDescending, limit) =>
    by === 'change'
      ? `les ${limit} plus fortes ${isDescending ? 'hausses' : 'baisses'}`
      : `les ${limit} plus ${isDescending ? 'grandes valeurs' : 'petites valeurs'}`,
  units: { day: 'jour', week: 'semaine', month: 'mois', quarter: 'trimestre', year: 'année' },
  noValue: '(sans valeur)',
  more: count => `et ${count} de plus.`,
  nothing: (label, period) => `Rien n’est enregistré pour cela : ${label}, ${period}.`,
  shareLine: (share, label, part, whole) => `${share} du total (${label} : ${part} sur ${whole})`,
  difference: (direction, size, change, base) =>
    direction === 'same'
      ? `autant qu’avant (${base})`
      : `${size}${change === null ? '' : ` (${change})`} de ${direction === 'up' ? 'plus' : 'moins'} qu’avant (${base})`,
  notes: {
    corrected: (given, read) => `« ${given} » a été lu comme « ${read} ».`,
    value: (value, taken, others) => `« ${value} » a été compris comme ${taken} ; c’est aussi ${others}.`,
    metric: (word, label) => `« ${word} » a été compris comme : ${label}.`,
    assumed: label => `Aucun chiffre n’était nommé : ${label} a été pris.`,
    partial: (first, last) => `Il y a des données du ${first} au ${last}.`,
    atEnd: 'C’est l’état du dernier jour de chaque période.',
  },
  reasons: {
    nothing_asked: () => known('aucun chiffre n’est demandé'),
    unknown_word: about => known(`rien ne s’appelle « ${about} » ici`),
    cause: about => known(`« ${about} » demande une cause, et les chiffres ne disent pas pourquoi`),
    future: about => known(`« ${about} » demande l’avenir ; les prévisions ont leur propre fonction`),
    advice: about => known(`« ${about} » demande un conseil`),
    person: about => known(`« ${about} » demande une personne ou quelque chose de personnel`),
    average: about =>
      known(
        `« ${about} » : seules les moyennes qui ont un nom sont connues, comme le chiffre d’affaires par commande`,
      ),
    negation: about => known(`on ne voit pas ce que « ${about} » exclut`),
    threshold: about =>
      known(`« ${about} » demande une limite ou une comparaison que je ne peux pas appliquer`),
    no_metric: about => known(`aucun chiffre n’est connu pour « ${about} »`),
    several_metrics: about => known(`« ${about} » sont plusieurs chiffres ; demandez-en un à la fois`),
    counted: about => known(`« ${about} » est un montant ; demandez le montant, les commandes ou les unités`),
    no_dimension: about => known(`on ne dit pas de quoi « ${about} », ou cela ne peut être listé`),
    several_dimensions: about => known(`« ${about} » ne tient pas dans une réponse`),
    dimension_of_metric: about => known(`ce chiffre n’est pas connu par ${about}`),
    not_divisible: about => known(`l’un ne peut être divisé par l’autre : ${about}`),
    period: about => known(`« ${about} » n’est pas une période que je peux lire`),
    several_periods: about => known(`« ${about} » sont plusieurs périodes qui n’en font pas une`),
    no_period: about => known(`« ${about} » demande une période, comme le mois dernier`),
    no_data: about => known(`il n’y a pas de données de « ${about} »`),
    base: about => known(`je compare à la période précédente ou à l’année précédente, non à « ${about} »`),
    share: about => known(`on ne voit pas de quoi « ${about} » est une part`),
    forbidden: about => known(`« ${about} » demande un droit que vous n’avez pas`),
  },
  instead: {
    lastMonth: label => `${label} le mois dernier`,
    by: (label, dimension) => `${label} par ${dimension} cette année`,
    compared: label => `${label} le mois dernier par rapport au mois précédent`,
    byMonth: label => `${label} par mois`,
  },
}
