/**
 * Words around prices in English, German, French, Spanish, Italian and Dutch, as alternatives of a regular expression; the
 * longer before the shorter that it begins with. All hold in every language: a number must follow, and a price must end there.
 */
const of = (...languages: string[]) => languages.join('|')

export const UNDER = of(
  'no more than|not more than|not over|not above|under|below|less than|cheaper than|lower than|up to|at most|maximum|max\\.?',
  'nicht mehr als|nicht über|unter|bis zu|bis|weniger als|günstiger als|billiger als|höchstens|maximal',
  "moins de|moins cher que|en dessous de|au plus|sous|jusqu['’]à|maximum",
  'menos de|por debajo de|como máximo|máximo|hasta',
  'meno di|fino a|al massimo|massimo|sotto i|sotto',
  'minder dan|goedkoper dan|onder de|onder|hoogstens|maximaal|tot',
  '<=?|≤',
)

export const OVER = of(
  'no less than|not less than|not under|not below|over|above|more than|at least|minimum|min\\.?',
  'nicht unter|über|mehr als|teurer als|mindestens',
  'plus de|au moins',
  'más de|por encima de|al menos|como mínimo|mínimo',
  'più di|oltre|almeno|minimo|sopra i|sopra',
  'meer dan|boven de|boven|minstens',
  '>=?|≥',
)

/** Before a year they are no limit. */
export const SINCE = of(
  'starting at|from',
  'ab',
  'à partir de|dès',
  'a partir de|desde',
  'a partire da',
  'vanaf',
)

export const BETWEEN = of('between|from', 'zwischen|von', 'entre|de', 'tra|fra|da', 'tussen|van')
export const AND = of('and|to', 'und|bis', 'et|à', 'y|a', 'e', 'en|tot', '[-–—]')
/** After a first number: another belongs to it. */
export const JOINED = of('and|or|to|but', 'und|oder|aber|bis', 'et|ou|à', 'y|o|a', 'e', 'en|of|tot', '[-–—,]')

/** After an amount, such as "100 or less", "50 max". */
export const OR_LESS = of(
  '(?:or|and) (?:less|under|below|cheaper|lower)|max(?:imum)?',
  '(?:oder|und) (?:weniger|günstiger|billiger)|maximal',
  '(?:ou|et) moins',
  'o menos|máximo',
  'o meno|massimo',
  'of minder|maximaal',
)
export const OR_MORE = of(
  '(?:or|and) (?:more|over|above|up|upwards|higher)|min(?:imum)?|\\+',
  '(?:oder|und) mehr',
  '(?:ou|et) plus',
  'o más|mínimo',
  'o più|minimo',
  'of meer|minimaal',
)

/** What may precede a limit and means nothing else. */
export const ABOUT = of('prices?|priced|costing|costs?|for', 'preis|für', 'prix', 'precio', 'prezzo', 'prijs')

/** A number that one of these follows has ended: they begin something else. */
export const CONNECTIVES = of(
  'for|with|without|and|or|but|on|at|from|that|which|only|please|by|if|as|each|now|today|incl(?:uding)?|new|used|not|no|except|excluding',
  'für|mit|ohne|und|oder|aber|auf|aus|von|bei|zum|zur|nur|inkl(?:usive)?|bitte|nicht|keine?|außer',
  'pour|avec|sans|et|ou|dans|chez|pas|sauf',
  'para|con|sin|y|o|por|excepto|salvo',
  'per(?! cent)|senza|e|non|tranne',
  'voor|met|zonder|en|van|bij|niet|geen|behalve',
)
export const COLOURS = of(
  'red|blue|green|black|white|gr[ae]y|silver|gold|yellow|orange|pink|purple|brown|beige',
  'rot|blau|grün|schwarz|weiß|weiss|grau|gelb|rosa|braun',
  'rouge|bleue?|verte?|noire?|blanche?|blanc|grise?|jaune',
  'rojo|azul|verde|negro|blanco|gris|amarillo',
  'rosso|blu|nero|bianco|grigio|giallo',
  'rood|blauw|groen|zwart|wit|grijs|geel',
)
/** After "in", which after a number may as well be inches. */
export const NO_INCHES = of('stock|store|size|the|a|an|my|good|any|all', COLOURS)

/** Before a range of numbers: it is of something else. */
export const SIZES = of(
  'sizes?|ages?|aged|years?|eu|us|uk|model|series|gr(?:öße|\\.)?|größen|alter|jahre|taille|talla|taglia|maat',
)
