import type { Words } from './words.ts'

export const FR: Words = {
  months: [
    'janvier|janv',
    'février|févr',
    'mars',
    'avril|avr',
    'mai',
    'juin',
    'juillet|juil',
    'août',
    'septembre|sept',
    'octobre|oct',
    'novembre|nov',
    'décembre|déc',
  ],
  rangeBefore: 'du|de|entre|entre le|depuis le',
  rangeBetween: "au|à|et|et le|jusqu’au|jusqu'au",
  datePart: "de|d'",
  quarterNames: ['premier|1er', 'deuxième|2e|2ème|second', 'troisième|3e|3ème', 'quatrième|4e|4ème'],
  quarter: 'trimestre',
  week: 'semaine',
  weekOf: 'semaine du|semaine débutant le|semaine commençant le',
  year: "en|l'année|année|pour|l'an|an",

  numbers:
    'zéro=0|deux=2|trois=3|quatre=4|cinq=5|six=6|sept=7|huit=8|neuf=9|dix=10|onze=11|douze=12|treize=13|quatorze=14|quinze=15|seize=16|vingt=20|trente=30|quarante=40|cinquante=50|soixante=60',
  scales: {
    '100': 'cent|cents',
    '1000': 'mille|millier|milliers|k',
    '1000000': 'million|millions|m|mio',
    '1000000000': 'milliard|milliards|md|mrd',
    '1000000000000': 'billion|billions',
  },
  percent: '%|pour cent|pour-cent|pourcent',
  points: 'points de pourcentage|point de pourcentage|points|point|points de %|pp|pts',
  currencies: {
    USD: 'dollars|dollar|dollars américains|dollars us',
    EUR: 'euros|euro',
    GBP: 'livres sterling|livres',
    CHF: 'francs suisses|francs',
    JPY: 'yens|yen',
  },
  units: 'unités|unité|pièces|pièce',
  days: 'jours|jour',

  neutral: `compte|comptent|comptait|on compte|dénombre|dénombrent|on dénombre|recense|recensées|se place|se placent|se situe|se situent|en termes de|en terme de|termes|en matière de|quant à|s'agissant de|concernant|correspond|correspondent|correspondant|équivaut|équivalent|écoulées|écoulés|distribuées|conclues|conclu|obtenue|obtiennent|obtient|occupant|figurant|figure|figurent|ce qui correspond|dans le même temps|sur cette période|durant cette période|pour cette période|au cours de la période|lors de cette période|on observe|on constate|observé|observée|noté|notée|effectué|effectuées|effectués|traité|traitées|celui-là|là|cela|se chiffrant|reviennent|revient|classant|se hisse|hissé|unitaires|en valeur|hauteur|pendant|durant|acheté|s'est vendu|s'est vendue|vendu|ce qui fait|c'était|fait|il y a eu|y a eu|eu|occupe|occupent|a occupé|arrive|arrivent|se classe|se classent|classé|classée|rang|place|position|ou encore|le|la|les|l'|au|aux|en|dans|sur|pour|par|avec|a|ont|été|il|elle|ils|elles|ce|cette|ces|cet|son|sa|ses|leur|leurs|qui|dont|celui|celle|ceux|celles|y|s'|se|sur la période|période|période considérée|la période|chiffre|chiffres|nombre|nombres|montant|valeur|valeurs|niveau|somme|c'|soit|c'est-à-dire|à savoir|ici|chez|aussi|a enregistré|ont enregistré|enregistré|enregistre|génère|a réalisé|ont réalisé|réalisé|réalise|passées|passés|reçues|reçus|affiché|affiche|a affiché|ont affiché|obtenu|a obtenu|fait|entreprise|magasin|boutique|activité|rapport|facturées|facturés|facturé|comptabilisé|comptabilisées|comptés|comptées|eux|lui|même période|étant|ayant|avoir|être|connaît|connu|a connu|ont connu|montre|montrent|constaté|constate|on|on a|au sein|parmi|celui-ci|celle-ci|ceux-ci|lequel|laquelle|représenté par|d'un montant|mesuré|exprimé|passant|passe|passent|est passé|sont passés|est passée|sont passées|passé|passée|ce qui|sortie|été enregistré|été enregistrés|été enregistrées|été passées|été réalisé|été vendues|été vendus|quantité`,
  article: 'un|une',
  and: 'de plus que cela|en outre|par ailleurs|également|qui plus est|se compose de|se composent de|composée de|composé de|se décompose en|résulte de la somme de|ou|et|ainsi que|&|de même que',
  contrast:
    "alors que dans le même temps|par opposition|en contrepartie|à l'inverse|pourtant|malgré tout|quoique|mais|tandis que|alors que|alors qu'|bien que|cependant|toutefois|en revanche|par contre|néanmoins",
  by: "à hauteur de|de l'ordre de",
  of: "de|d'|du|des|de la|de l'",
  level: `se fixe à|s'est fixé à|totalisant un montant de|arrive à|arrivent à|s'est inscrit à|s'affiche à|s'affichent à|plafonne à|culmine à|évalué à|évaluée à|évalués à|chiffrée à|chiffrés à|ressortant à|s'établir à|pour s'établir à|pour se situer à|s'établissant à|se situant à|ramené à|ramenée à|porté à|portée à|à|a atteint|ont atteint|atteint|atteignent|atteignait|atteignant|s'établit à|s'est établi à|s'est établie à|s'établissent à|se sont établies à|se sont établis à|jusqu'à|ressort à|ressortent à|est ressorti à|s'inscrit à|pour atteindre|pour un total de|égal à|égale à|avec|établi à|établies à|se situe à|s'est situé à|se sont situées à`,
  is: "est de|était de|étaient de|sont de|s'élève à|s'élèvent à|s'est élevé à|s'est élevée à|se sont élevés à|se sont élevées à|s'élevait à|s'élevaient à|se monte à|se montent à|s'est monté à|a totalisé|ont totalisé|totalise|totalisent|totalisant|était|étaient|fut|furent|se chiffre à|se chiffrent à|s'est chiffré à|a été de|ont été de|est|sont",
  remain:
    "est resté|est restée|sont restés|sont restées|resté|restée|restés|restées|reste|restent|demeure|demeurent|est demeuré|maintenu|s'est maintenu|se maintient|se maintiennent|se sont maintenus",
  from: 'à partir de|depuis',
  compare: `en comparaison de la|en comparaison à|comparativement à|comparativement au|comparativement à la|à l'égard de|en regard de|par comparaison avec|versus|vs|contre la|relativement à la|vis-à-vis de la|comparé à l'|comparée à l'|comparés à l'|comparées à l'|face à l'|par rapport à|par rapport au|par rapport à la|par rapport aux|par rapport à l'|comparé à|comparé au|comparé à la|comparée à|comparés à|comparées à|comparées au|comparés au|comparée au|en comparaison de|en comparaison du|en comparaison avec|contre|face à|face au|face à la|face aux|vis-à-vis de|vis-à-vis du|au regard de|au regard du|à comparer à|relativement à|relativement au|supérieur à celui de|en comparaison annuelle avec`,
  relative: "sur un|que|qu'",
  share: `sa part|part du|représentant une part|soit une part|des ventes totales|du chiffre d'affaires total|du montant total|de l'ensemble du|part|part de|la part|proportion|du total|de l'ensemble|du tout|au total représentant|a représenté|ont représenté|représente|représentent|représentait|représentaient|représentant|compte pour|comptent pour|comptait pour|a compté pour|constitue|constituent|constituait|pèse|pèsent|pesait|a pesé`,
  total:
    "au total|total|totale|totaux|totales|ensemble|l'ensemble|globalement|dans l'ensemble|en tout|global|globale|toutes catégories confondues",
  cause: `en conséquence de|conséquence de|suite à|suite au|sous l'impulsion de|sous l'impulsion du|sous l'impulsion des|dopé par|dopée par|dopés par|stimulé par|stimulée par|favorisé par|favorisée par|boosté par|découle de|découle du|découlant de|résultant de|résultant du|en lien avec|attribué à|attribuée à|s'expliquant par|ce qui s'explique par|du fait des|entraînés par|poussé par|poussée par|emmené par|emmenée par|parce que|parce qu'|à cause de|à cause du|à cause des|en raison de|en raison du|en raison des|en raison de l'|en raison d'|grâce à|grâce au|grâce aux|grâce à la|grâce à l'|du fait de|du fait du|dû à|due à|dus à|dues à|dû au|due au|due aux|dû aux|dus au|tiré par|tirée par|tirés par|tirées par|porté par|portée par|portés par|portées par|s'explique par|s'expliquent par|expliqué par|expliquée par|provoqué par|causé par|causée par|sous l'effet de|sous l'effet du|sous l'effet des|sous l'effet d'|entraîné par|entraînée par|imputable à|imputable au|attribuable à|attribuable au|résulte de|résulte du|cause|car|puisque|moteur|soutenu par|soutenue par|soutenues par|alimenté par|alimentée par|lié à|liée à|tient à|tient au|tient aux`,
  origin:
    'provient de|proviennent de|provient du|provient des|provenait de|provenaient de|vient de|viennent de|venait de|venaient de|est venu de|sont venus de|est venue de|provenant de|provenant du|issu de|issus de|issue de|venu de|venus de|provient|proviennent|vient|viennent|est venu|est venue',
  drives:
    "ont fait|a fait|ont entraîné|a entraîné|expliquent|explique|ont causé|a causé|ont provoqué|a provoqué|sont à l'origine de|est à l'origine de|ont tiré|a tiré|ont porté|a porté",
  offset: 'partiellement compensé par|freiné par|freinée par|compensé par|compensée par|malgré',
  movement: 'évolution|variation|varié|changement|changements|écart|différence|effet|effets',
  after: 'après|suivi de',
  thus: 'ainsi|donc|alors',
  contribute:
    'a contribué|ont contribué|contribue|contribuent|contribué|contribution|contribution de|a ajouté|ont ajouté|ajoute|apporté|a apporté|ont apporté|apporte',
  most: "la plupart|la plupart de|la plupart du|la majorité|majorité|la majeure partie|majeure partie|plus de la moitié|l'essentiel|essentiel|la plus grande partie",
  slight: 'légèrement|un peu|légère|léger|légères|faiblement|modérément',
  followed: 'puis|suivi de|suivie de|suivis de|suivies de|suivi par|suivie par',
  licensed: {
    end: "à la fin de|à la fin d'|à la fin|fin|en fin de",
    short:
      'avaient moins de quatre semaines de stock|avait moins de quatre semaines de stock|moins de quatre semaines de stock|de moins de quatre semaines de stock',
    stock_share: "de tout le stock|du stock total|de l'ensemble du stock",
    band: "dans la bande|à l'intérieur de la bande",
    usual: 'quatre sur cinq sont attendus|on en attend quatre sur cinq|quatre sur cinq étaient attendus',
    sells: "il s'en vend|s'en vend|il s'en vendait|on en vend",
    first: 'pour la première fois|première fois|nouveau|nouvelle|premier achat',
    nothing: "n'a rien acheté|rien acheté|n'a plus rien acheté|aucun achat",
    idle: 'en rupture de stock|manque en stock|manquait en stock|manquaient en stock|était en rupture de stock|étaient en rupture de stock|est en rupture de stock|rupture de stock|manqué en stock|a manqué en stock',
  },
  partial:
    "jusqu'ici|jusqu'à présent|à ce jour|incomplet|incomplète|partiel|partielle|provisoire|pas encore complète|pas encore complet",
  future:
    'sera|seront|devrait|devraient|serait|seraient|va|vont|pourrait|pourraient|attendu|attendue|attendus|probablement|prévoit|peut|peuvent|anticipé',
  refused: {
    negation: "ne|n'|pas|aucun|aucune|jamais|rien|sans|ni|non|guère|nul|nulle|peine",
    quantifier:
      'tous|toutes|tout|toute|chaque|seulement|uniquement|exclusivement|seule|seuls|seules|plusieurs|quelques|autres|autre|reste|sauf|hormis|double|triple|fois|entier|entière|entièrement|complètement|beaucoup|peu',
    superlative:
      'le plus bas|la plus basse|le plus faible|la plus faible|les plus faibles|le moins|la moins|les moins|dernier|dernière|derniers|dernières|pire|minimum|record|le plus petit|la plus petite',
    order: 'respectivement|inversement',
    judgement:
      'fort|forte|fortement|nettement|bon|bonne|mauvais|mauvaise|décevant|décevante|excellent|excellente|remarquable|solide|impressionnant|significatif|significative|significativement|bond|explosé|chuté fortement|spectaculaire',
  },

  up: `progresser|augmenter|grimper|croître|s'accroître|accroître|monter|dépasser|s'inscrit en hausse|s'inscrivent en hausse|s'affiche en hausse|orienté à la hausse|ascension|haussier|accrus|a grimpé|progressions|étoffé|soutenu|relève|élève|augmenté|augmentée|augmentés|augmentées|augmente|augmentent|augmentait|augmentant|augmentation|a augmenté|ont augmenté|hausse|en hausse|une hausse|progressé|progresse|progressent|progressait|progression|en progression|progressant|a progressé|ont progressé|croissance|en croissance|crû|accru|accrue|accroissement|s'est accru|s'est accrue|grimpé|grimpe|monté|montée|a monté|plus|de plus|en plus|plus élevé|plus élevée|plus élevés|plus élevées|plus haut|supérieur|supérieure|supérieurs|supérieures|plus important|plus importante|plus grand|au-dessus|en augmentation|relevé|majoré`,
  down: `reculer|diminuer|baisser|fléchir|se replier|décroître|s'inscrit en baisse|s'inscrivent en baisse|s'affiche en baisse|orienté à la baisse|réduire|réduite|réduits|cédé|cède|perdre|recule de|rétracté|contracté|contraction|affaibli|abaissé|amputé|pénalisé|pesé sur|amoindri|baissé|baisse|baissent|en baisse|une baisse|a baissé|ont baissé|baissait|baissant|diminué|diminue|diminuent|diminution|en diminution|a diminué|ont diminué|recul|en recul|reculé|recule|reculent|reculant|a reculé|ont reculé|repli|en repli|réduction|réduit|perdu|perd|perdent|moins|de moins|en moins|moins élevé|moins élevée|moins élevés|plus bas|plus basse|inférieur|inférieure|inférieurs|inférieures|décru|tombé|tombée|tombés|tombe|fléchi|fléchissement|en retrait|retrait|au-dessous|en dessous|moindre|moindres|décroissance`,
  same: "à l'identique|identique à|constants|se stabilise|s'est stabilisé|se sont stabilisés|stabilité|en stabilité|égal à celui|au même niveau que|pareil|pareille|inchangé par rapport|autant que|autant qu'|autant qu'en|la même chose que|inchangé|inchangée|inchangés|inchangées|stable|stables|est resté stable|est restée stable|sont restés stables|sont restées stables|resté stable|restée stable|resté inchangé|restée inchangée|reste stable|restent stables|reste inchangé|est resté inchangé|est restée inchangée|sont restés inchangés|sont restées inchangées|constant|constante|sans changement|au même niveau|identique|identiques|est demeuré stable|stagné|a stagné|ont stagné|stagne|est demeuré inchangé",
  particles: [],
  bases: {
    previous:
      "période précédente|la période précédente|période d'avant|période antérieure|celle d'avant|la période d'avant|la précédente|précédente",
    year_ago:
      "en un an|année précédente|l'année précédente|l'an dernier|an dernier|année d'avant|l'année d'avant|un an plus tôt|un an auparavant|un an avant|il y a un an|même période un an plus tôt|même période de l'année précédente|même période l'année précédente|même période de l'an dernier|même période un an auparavant|même période de l'année d'avant|mêmes semaines un an plus tôt|mêmes semaines de l'année précédente|même mois de l'année précédente|même mois un an plus tôt|même trimestre de l'année précédente|même période il y a un an|sur un an|en glissement annuel|mêmes semaines un an auparavant|mêmes semaines il y a un an|période correspondante de l'année précédente|même semaine un an plus tôt|douze mois plus tôt",
    forecast:
      'prévision|la prévision|prévisions|les prévisions|prévu|prévue|ce qui était prévu|ce qui avait été prévu|était prévu|avait été prévu|la valeur prévue|valeur prévue|attentes|les attentes',
    day: "{n} jours précédents|{n} jours d'avant|{n} jours auparavant|jour précédent|jour d'avant|la veille|veille|un jour plus tôt",
    week: "{n} semaines précédentes|{n} semaines d'avant|{n} semaines auparavant|semaine précédente|la semaine précédente|semaine d'avant|une semaine plus tôt|une semaine auparavant|sur une semaine",
    month:
      "{n} mois précédents|mois précédent|le mois précédent|mois d'avant|un mois plus tôt|un mois auparavant|sur un mois",
    quarter:
      "trimestre précédent|le trimestre précédent|trimestre d'avant|un trimestre plus tôt|un trimestre auparavant|sur un trimestre",
    year: '',
  },
  beforeBases: [
    '',
    'la ',
    'le ',
    "l'",
    'les ',
    'aux ',
    'au ',
    'de la ',
    'du ',
    "de l'",
    'des ',
    'à la ',
    "à l'",
    'lors de la ',
    'celui de la ',
    'ceux de la ',
    "d'",
    "celui d'",
  ],
  grains: {
    day: 'le jour|en {n} jours|les {n} jours|ces {n} jours|sur {n} jours|des {n} jours',
    week: 'sur la semaine|en {n} semaines|les {n} semaines|ces {n} semaines|sur {n} semaines|des {n} semaines',
    month: 'sur le mois|dans le mois|en {n} mois|les {n} mois|ces {n} mois|au cours du mois',
    quarter: 'sur le trimestre|au cours du trimestre',
    year: "sur l'année|au cours de l'année",
  },
  ranks: {
    1: 'le plus|la plus|les plus|le plus de|le plus élevé|la plus élevée|le plus haut|le plus grand|la plus grande|la plus importante|le plus important|la première|le premier|premier|première|premiers|en tête|en première position|à la première place|première place|première position|au premier rang|numéro un|arrive en tête|arrivent en tête|meilleure|domine|le plus gros|la plus grosse|premier rang',
    2: 'le deuxième|la deuxième|deuxième|second|seconde|en deuxième position|à la deuxième place|deuxième place|au deuxième rang|le deuxième plus élevé|la deuxième plus grande|le deuxième plus grand|numéro deux|deuxième rang|le deuxième plus haut|en deuxième place|deuxième position',
    3: 'le troisième|la troisième|troisième|en troisième position|à la troisième place|troisième place|au troisième rang|le troisième plus élevé|numéro trois|troisième rang|le troisième plus haut|en troisième place|troisième position|la troisième plus grande|le troisième plus grand',
    4: 'le quatrième|la quatrième|quatrième|en quatrième position|à la quatrième place|quatrième place|au quatrième rang|quatrième rang|quatrième position',
    5: 'le cinquième|la cinquième|cinquième|en cinquième position|à la cinquième place|cinquième place|au cinquième rang|cinquième rang|cinquième position',
  },
  rankOf: 'rang {n}|numéro {n}|nº {n}|n° {n}|place {n}|au rang {n}|position {n}',
  fractions: [
    { words: 'moitié|la moitié', percent: 50, direction: null },
    { words: 'un tiers|le tiers', percent: 100 / 3, direction: null },
    { words: 'deux tiers|les deux tiers', percent: 200 / 3, direction: null },
    { words: 'un quart|le quart', percent: 25, direction: null },
    { words: 'trois quarts|les trois quarts', percent: 75, direction: null },
    { words: 'un cinquième', percent: 20, direction: null },
    { words: 'un dixième', percent: 10, direction: null },
    { words: 'doublé|a doublé|ont doublé|doublement', percent: 100, direction: 'up' },
    { words: 'triplé|a triplé|ont triplé', percent: 200, direction: 'up' },
    { words: 'quadruplé|a quadruplé', percent: 300, direction: 'up' },
  ],
  above:
    'plus élevé que|plus élevée que|plus élevés que|supérieur à celui|supérieurs à ceux|supérieures à celles|au-delà de|au-delà du|plus haut que|au-dessus de|au-dessus du|au-dessus des|au-dessus de la|dépassé|dépasse|dépassent|supérieur à|supérieure à|supérieurs à|supérieures à|supérieur au|supérieure au',
  below:
    'plus bas que|plus basse que|moins élevé que|moins élevée que|inférieur à celui|inférieurs à ceux|inférieures à celles|en deçà de|en deçà du|au-dessous de|au-dessous du|en dessous de|en dessous du|en dessous de la|au-dessous de la|inférieur à|inférieure à|inférieurs à|inférieures à|inférieur au|inférieure au',
  more: "plus de|plus d'|un peu plus de",
  less: "moins de|moins d'|un peu moins de",
  about: 'environ|à peu près|près de|quelque|autour de|aux alentours de|approximativement|env.',
  almost: 'presque|quasiment|juste sous|pas tout à fait',
  over: "un peu plus d'|au moins|légèrement plus de",
  drivers: {
    price: 'prix|effet prix|effet de prix|effets prix',
    volume:
      'les quantités vendues|quantités vendues|quantité vendue|volume|volumes|effet volume|effet de volume|quantités',
    mix: 'le choix des produits|choix des produits|assortiment|mix|effet mix|effet de mix|mix produit|mix-produit|composition',
  },
  dimensions: {
    client: 'client|clients|cliente',
    category: 'catégorie|catégories',
    subcategory: 'sous-catégorie|sous-catégories',
    product: 'produit|produits|article|articles',
    region: 'région|régions|territoire|territoires',
    country: 'pays',
    segment: 'segment|segments|segment de clientèle|segments de clientèle',
    color: 'couleur|couleurs',
    location: 'entrepôt|entrepôts|emplacement',
    transporter: 'transporteur|transporteurs',
    occupation: 'professions|profession',
    order_status: 'statut|statut de commande',
  },
  measures: {
    products_out_of_stock: 'produits qui se vendent|produit qui se vend|produits vendus',
    products_short_of_stock: 'produits|produit|articles',
    units_per_day: 'par jour|chaque jour|vendus par jour|vendues par jour',
    stock: 'en stock|il reste|il en reste|restent|reste|restent en stock',
    days_of_stock: 'assez pour|suffisant pour|de quoi tenir|ce qui suffit pour|suffisants pour',
    stock_cost: 'ont coûté|a coûté|coûté|coûtant',
    dead_stock_cost: 'stock qui ne se vend plus|coûté|avait coûté|a coûté',
    units_sold_in_stock: "il s'est vendu|s'est vendu|vendus|vendu|quantité vendue les jours en stock",
    within_band:
      'de tous les jours de tous les produits|des jours de tous les produits|tous les jours de tous les produits',
    days_out_of_stock:
      'manqué en stock|a manqué en stock|en rupture de stock|rupture de stock|sans stock|jours de rupture',
    revenue:
      "a rapporté|rapporté|ont rapporté|généré|a généré|ont généré|chiffre d'affaires|ventes|ca|recettes|revenus|revenu|chiffres d'affaires",
    units_sold:
      "ventes|unités vendues|quantité vendue|quantités vendues|pièces vendues|vendues|vendus|unités|articles vendus|nombre d'unités vendues|unité vendue|vendu|vend|vendent",
    orders: 'volume de commandes|nombre total de commandes|commandes|commande|nombre de commandes',
    buyers: "nombre total d'acheteurs|acheteurs|clients|acheteur|client|nombre d'acheteurs|nombre de clients",
    revenue_per_order:
      "chiffre d'affaires par commande|panier moyen|valeur moyenne des commandes|montant moyen par commande",
    revenue_per_unit: "prix|chiffre d'affaires par unité|prix moyen|prix moyen unitaire",
    returned_amount:
      'retours|montant des retours|montant retourné|valeur des retours|remboursements|retourné',
    units_returned: 'unités retournées|pièces retournées|articles retournés|quantité retournée',
    ordered_amount: 'prises de commandes|montant commandé|commandé|montant des commandes',
    searches: 'recherches|recherche',
  },
  endings: { measure: 's|x', entity: '' },
  elided: /(?:[ldscnjm]|qu)'/iuy,
}
