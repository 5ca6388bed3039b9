import type { Words } from './words.ts'

export const FRENCH: Words = {
  language: 'fr',
  roles: {
    ignored:
      'le|la|les|l|un|une|des|de|du|d|en|dans|a|au|aux|pour|avec|sur|chez|ce|cet|cette|ces|c|s il vous plait|s il te plait|svp|montre|montrez|montre moi|montrez moi|moi|donne|donnez|donne moi|donnez moi|affiche|affichez|liste|dis moi|dites moi|je|j|veux|voudrais|voir|savoir|connaitre|nous|on|notre|nos|vous|votre|ils|elle|elles|il|y|quoi|quel|quels|quelle|quelles|quel est|quelle est|quels sont|quelles sont|quel etait|quelle etait|que|qu|qui|est|sont|etait|etaient|ete|a t il|a t elle|a t on|ont|avons|avons nous|avez|avez vous|avait|avions|ai|eu|eus|eue|eues|fait|faits|faite|faites|ont ete|a ete|total|totale|totaux|totales|tout|toute|tous|toutes|global|realise|realisee|realises|realisees|recu|recus|recue|recues|passe|passees|passes|passee|obtenu|genere|generes|montant|chiffres|chiffre|donnees|rapport|tableau|graphique|seulement|uniquement|actuel|actuelle|actuellement|maintenant|comment|comment ont|ventile|ventiles|ventilee|reparti|repartis|repartie|repartition|entreprise|societe|magasin|se|sont|n est ce pas|mais|est ce que|qui ont|t|venant|venus|venues|provenant',
    by: 'par|selon|d apres|classe par|classes par|trie par|tries par',
    per: 'par|pour chaque|chaque|de chaque|dans chaque|par chaque',
    each: 'chaque',
    which: 'quel|quels|quelle|quelles|dans quel|dans quelle|dans quels|lequel|laquelle|lesquels',
    top: 'top|meilleur|meilleurs|meilleure|meilleures|le plus|la plus|les plus|le plus de|le plus d|le mieux|les mieux|plus grand|plus grands|plus grande|plus grandes|plus gros|plus grosse|plus eleve|plus elevee|plus eleves|le plus grand|la plus grande|les plus grands|les plus grandes|le plus eleve|la plus elevee|le plus gros|les plus gros|plus vendu|plus vendus|plus vendue|plus vendues|les plus vendus|le plus vendu|la plus vendue|les plus vendues|plus fort|plus forte|le plus fort|la plus forte|les plus forts|se vendent le mieux|se vend le mieux|se vendent le plus|se vend le plus|vendus le plus|le plus vite|plus importants|plus importantes',
    bottom:
      'pire|pires|le moins|la moins|les moins|le moins de|le moins d|moins vendu|moins vendus|les moins vendus|le moins vendu|la moins vendue|les moins vendues|plus petit|plus petits|plus petite|plus petites|plus faible|plus faibles|le plus faible|la plus faible|les plus faibles|plus bas|le plus bas|la plus basse|les plus bas|le plus petit|la plus petite|les plus petits|se vendent le moins|se vend le moins|se vendent le moins bien|se vend le moins bien|plus mauvais|plus mauvaises|les plus mauvais|moins bons',
    more: 'plus|plus de|plus d|davantage|davantage de|superieur|superieure',
    less: 'moins|moins de|moins d|inferieur|inferieure',
    count:
      'combien de|combien d|nombre de|nombre d|le nombre de|le nombre d|nombre total de|nombre total d|nombre des',
    amount: 'combien|montant|montant de|montant des|montant d|somme|somme des|valeur des',
    sold: 'vendu|vendus|vendue|vendues|vend|vendent|vendons|vendre|ont ete vendus|achete|achetes|achetee|achetees|ont achete|achetent|acheter|se vendent|se vend|vendions',
    invoiced: 'facture|factures|facturee|facturees',
    returned:
      'retourne|retournes|retournee|retournees|renvoye|renvoyes|renvoyee|renvoyees|rendu|rendus|rendue|rendues',
    ordered: 'commandee|commandees',
    compared:
      'compare|comparer|comparez|comparee|comparees|compares|compare a|compare au|compare aux|comparee a|comparees a|comparees au|compares a|compare avec|comparees avec|par rapport a|par rapport au|par rapport aux|par rapport a la|en comparaison avec|en comparaison de|comparaison|comparaison avec|contre|versus|vs|face a|face au|que|qu|vis a vis de',
    share:
      'part|parts|la part|part de|part des|pourcentage|pourcentage de|pourcentage des|proportion|proportion de|proportion des|quelle part|quel pourcentage|pour cent|%',
    partOf:
      'vient de|vient des|viennent de|viennent des|vient du|provient de|provient des|provient du|proviennent de|proviennent des|represente|representent|representent les|venaient de|venaient du|revient a|concerne|concernent',
    growth:
      'croissance|croissance de|croissance du|cru|progresse|progression|augmente|augmentation|baisse|baisse de|diminue|diminution|hausse|change|changement|variation|varie|evolue par rapport|monte|chute|recul|recule',
    trend:
      'evolution|evolution de|evolution du|evolution des|evolue|evolues|tendance|tendances|au fil du temps|dans le temps|historique|developpement|ont evolue|a evolue|ont ils evolue|ont elles evolue',
    without:
      'sans|sauf|hors|excepte|hormis|excluant|en excluant|a l exception de|a l exception des|a l exception du|a l exclusion de|a l exclusion des|en dehors de|en dehors du|en dehors des|a part|autre que|autres que|pas en|pas au|pas aux|pas dans|non compris|tout sauf|tous sauf|toutes sauf|moins les',
    not: 'ne|n|pas|non|jamais|aucun|aucune|ni|rien',
    and: 'and|et|ou|ainsi que|plus les|egalement|aussi|et aussi|et les|soit',
    cause:
      'pourquoi|parce que|raison|raisons|cause|causes|a cause de|explique|expliquez|expliquer|comment se fait il|qu est ce qui explique|en raison de',
    future:
      'prochain|prochaine|prochains|prochaines|demain|prevision|previsions|prevu|prevus|prevue|sera|seront|vendrons|futur|future|avenir|a venir|attendu|attendus|budget|objectif|objectifs|projection|va|allons|apres demain|estime|estimation',
    advice:
      'devrions|devrait|faut il|faut|recommande|recommander|recommandation|conseil|conseiller|suggestion|ameliorer|doit|devons',
    person:
      'qui|qui sont|qui est|qui a|qui ont|nom|noms|prenom|mail|email|e mail|adresse|adresses|telephone|anniversaire|date de naissance|age|ages|sexe|hommes|femmes|salaire|maries|enfants|personne|personnes|monsieur|madame|cliente nommee|client nomme',
    limit:
      'au moins|au plus|au maximum|au minimum|superieur a|superieure a|inferieur a|inferieure a|dessus|dessous',
    average: 'moyenne|moyen|moyens|moyennes|en moyenne|mediane|median',
  },
  times: {
    filler:
      'en|de|du|d|le|la|les|l|au|aux|dans|pour|pendant|sur|des|durant|au cours du|au cours de|au cours des|ces|a|lors du',
    last: 'dernier|derniere|derniers|dernieres|passe|passee|passes|passees|ecoule|ecoulee|ecoules',
    previous: 'precedent|precedente|precedents|precedentes|d avant',
    this: 'ce|cet|cette',
    current: 'courant|courante|en cours|present|presente',
    beforeLast: 'avant dernier|avant derniere',
    agoBefore: 'il y a',
    since: 'depuis|a partir de|a partir du|a compter de|a compter du|depuis le|des le',
    until: 'jusqu a|jusqu au|jusqu en|jusque|jusqu a fin|jusqu a la fin de',
    before: 'avant|avant le',
    after: 'apres|apres le',
    between: 'entre|entre le',
    from: 'de|du|d|depuis|des',
    to: 'a|au|jusqu a|jusqu au|et|et le|jusqu en|a fin',
    today: 'aujourd hui|aujourdhui',
    yesterday: 'hier',
    dayBefore: 'avant hier',
    monthToDate: 'depuis le debut du mois',
    quarterToDate: 'depuis le debut du trimestre',
    weekToDate: 'depuis le debut de la semaine',
    yearToDate:
      'depuis le debut de l annee|depuis debut d annee|depuis le debut d annee|depuis le premier janvier|depuis janvier de cette annee',
    soFar: 'jusqu a present|jusqu ici|jusqu a aujourd hui|a ce jour',
    same: 'meme|memes|le meme|la meme|les memes',
    dayAgo: 'jour precedent|la veille|veille|jour d avant',
    weekAgo: 'semaine precedente|semaine d avant',
    monthAgo: 'mois precedent|mois d avant|il y a un mois',
    quarterAgo: 'trimestre precedent|trimestre d avant|il y a un trimestre',
    yearAgo:
      'annee precedente|l annee precedente|annee d avant|l annee d avant|il y a un an|un an plus tot|un an auparavant|meme periode de l annee derniere|meme periode l annee derniere|meme periode de l annee precedente|meme periode l an dernier|meme mois de l annee derniere|meme mois l an dernier|meme mois de l annee precedente|memes mois de l annee derniere|meme trimestre de l annee derniere|meme trimestre de l annee precedente|meme semaine de l annee derniere',
    periodAgo: 'periode precedente|periode d avant',
  },
  units: {
    day: 'jour|jours|journee|journees',
    week: 'semaine|semaines',
    month: 'mois',
    quarter: 'trimestre|trimestres',
    half: 'semestre|semestres',
    year: 'an|ans|annee|annees',
  },
  adverbs: {
    day: 'quotidien|quotidienne|quotidiens|quotidiennes|journalier|journaliere|journaliers|journalieres|jour par jour',
    week: 'hebdomadaire|hebdomadaires',
    month: 'mensuel|mensuelle|mensuels|mensuelles|mois par mois',
    quarter: 'trimestriel|trimestrielle|trimestriels|trimestrielles',
    year: 'annuel|annuelle|annuels|annuelles',
  },
  months: [
    'janvier|janv',
    'fevrier|fevr|fev',
    'mars',
    'avril|avr',
    'mai',
    'juin',
    'juillet|juil',
    'aout',
    'septembre|sept',
    'octobre|oct',
    'novembre|nov',
    'decembre|dec',
  ],
  numbers: [
    'un|une',
    'deux',
    'trois',
    'quatre',
    'cinq',
    'six',
    'sept',
    'huit',
    'neuf',
    'dix',
    'onze',
    'douze',
  ],
  ordinals: [
    'premier|premiere|1er|1ere',
    'deuxieme|second|seconde|2e|2eme',
    'troisieme|3e|3eme',
    'quatrieme|4e|4eme',
  ],
  weekNumber: 'semaine|semaine numero',
}
