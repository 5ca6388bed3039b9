import type { Words } from './words.ts'

export const GERMAN: Words = {
  language: 'de',
  roles: {
    ignored:
      'der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|im|in|am|an|auf|aus|bei|beim|fur|fuer|mit|von|vom|zu|zum|zur|uber|ueber|bitte|zeig|zeige|zeigen|zeigt|mir|uns|gib|nenne|liste|sag|sage|ich|wir|sie|es|man|mochte|moechte|will wissen|wissen|sehen|was|wie|wie hoch|wie gross|wie lautet|wie sieht|ist|sind|war|waren|wurde|wurden|worden|hat|haben|hatte|hatten|habt|gab|gibt|unser|unsere|unserer|unseren|unserem|unseres|sich|gesamt|gesamte|gesamter|gesamten|gesamtes|insgesamt|alle|aller|allen|alles|gemacht|machen|machten|erzielt|erzielten|erzielen|erhalten|bekommen|bekamen|eingegangen|kamen|kommen|kommt|gekommen|getatigt|getatigten|aufgegeben|aufgegebenen|lag|liegt|liegen|betrug|betragt|betragen|zahlen|zahl|daten|bericht|tabelle|diagramm|ubersicht|nur|aktuell|aktuelle|aktuellen|aktueller|derzeit|zurzeit|jetzt|momentan|denn|aber|so|und zwar|da|dort|dabei|davon|hierzu|aufgeteilt|aufgeschlusselt|gegliedert|gruppiert|sortiert|verteilt|verteilung|innerhalb|wahrend|unternehmen|firma|laden|geschaft|verdient|eingenommen|ihr|ihre|sehr|lief|laufen|lauft',
    by: 'nach|sortiert nach|gemessen an|gegliedert nach',
    per: 'pro|je|jeweils je|fur jede|fur jeden|fur jedes|fuer jede|fuer jeden|fuer jedes|in jedem|in jeder|jede|jeder|jedes|jeden|jedem|bei jedem',
    each: 'jede|jeder|jedes|jeden|jedem',
    which:
      'welche|welcher|welches|welchen|welchem|in welchem|in welcher|in welchen|mit welchem|mit welchen|mit welcher|wo',
    top: 'top|beliebteste|beliebtesten|beliebtester|am beliebtesten|beste|besten|bester|bestes|am besten|meiste|meisten|am meisten|hochste|hochsten|hochster|hoechste|hoechsten|am hochsten|grosste|grossten|groesste|groessten|am grossten|starkste|starksten|starkster|staerkste|staerksten|am starksten|am staerksten|meistverkaufte|meistverkauften|meistverkauftes|bestverkaufte|bestverkauften|bestseller|umsatzstarkste|umsatzstarksten|umsatzstaerkste|umsatzstaerksten|schnellsten|am schnellsten|fuhrende|fuhrenden|meistgekaufte|meistgekauften',
    bottom:
      'flop|schlechteste|schlechtesten|schlechtester|am schlechtesten|wenigste|wenigsten|am wenigsten|niedrigste|niedrigsten|am niedrigsten|geringste|geringsten|am geringsten|kleinste|kleinsten|am kleinsten|schwachste|schwachsten|schwaechste|schwaechsten|am schwachsten|umsatzschwachste|umsatzschwachsten|langsamsten',
    more: 'mehr|hoher|hoheren|grosser|besser',
    less: 'weniger|niedriger|geringer|kleiner|schlechter',
    count: 'wie viele|wieviele|anzahl|anzahl der|die anzahl der|anzahl an|zahl der|menge|menge an|menge der',
    amount: 'wie viel|wieviel|betrag|hohe|summe|hohe der|wert der',
    sold: 'verkauft|verkaufte|verkauften|verkaufter|verkauftes|verkauftem|verkaufen|verkauf|abgesetzt|gekauft|gekaufte|gekauften|kauften|kaufen|kauft|kaufte|verkaufszahlen',
    invoiced: 'umgesetzt|fakturiert|fakturierte|berechnet|in rechnung gestellt',
    returned:
      'zuruckgegeben|zurueckgegeben|zuruckgegebene|zuruckgegebenen|zuruckgeschickt|zuruckgesandt|retourniert|retournierte|retournierten|zuruckgekommen|zuruck',
    ordered: 'bestellt|bestellte|bestellten|geordert',
    compared:
      'vergleich|vergleiche|im vergleich|im vergleich mit|im vergleich zu|im vergleich zum|im vergleich zur|verglichen|verglichen mit|vergleich zu|vergleich zum|vergleich mit|gegenuber|gegenueber|ggu|ggue|gegen|versus|vs|als|relativ zu',
    share:
      'anteil|anteile|anteil der|anteil von|anteil an|prozent|prozentsatz|prozentual|prozentualer|wie viel prozent|wieviel prozent|prozentuale anteil|%',
    partOf:
      'kommt aus|kommen aus|kamen aus|kam aus|stammt aus|stammen aus|stammten aus|entfallt auf|entfallen auf|entfiel auf|entfielen auf|stammt von|kommt von|gehen auf|machen|macht|machen aus',
    growth:
      'wachstum|gewachsen|wuchs|wuchsen|wachst|wachsen|veranderung|verandert|veraenderung|veraendert|anderung|geandert|zugenommen|abgenommen|gestiegen|stieg|stiegen|gesunken|sank|sanken|gefallen|fiel|anstieg|ruckgang|zunahme|abnahme|zuwachs|steigerung|wachstumsrate|gesteigert',
    trend:
      'entwicklung|entwickelt|entwickelte|entwickeln|verlauf|verlaufen|trend|trends|im zeitverlauf|zeitverlauf|im zeitablauf|im laufe der zeit|zeitreihe',
    without:
      'ohne|ausser|ausgenommen|abzuglich|ausserhalb|ausserhalb von|exklusive|exkl|mit ausnahme von|mit ausnahme der|abgesehen von|nicht in|nicht aus|nicht nach|nicht fur|nicht mit|alles ausser|alle ausser|bis auf',
    not: 'nicht|kein|keine|keinen|keiner|keinem|keines|nie|niemals|weder|noch nie|nichts',
    and: 'and|und|oder|sowie|beziehungsweise|bzw|plus|auch|sowohl|als auch|und auch|entweder',
    cause:
      'warum|weshalb|wieso|weswegen|grund|grunde|grunden|ursache|ursachen|wegen|weil|woran|wodurch|erklare|was ist passiert|woran liegt',
    future:
      'wird|werden wir|morgen|prognose|prognosen|vorhersage|vorhersagen|nachste|nachsten|nachster|nachstes|naechste|naechsten|kommende|kommenden|kommender|kunftig|zukunftig|voraussichtlich|erwartet|erwartete|erwarten|plan|planung|budget|ziel|ziele|ausblick|ubermorgen|hochrechnung|geplant|geplante',
    advice: 'soll|sollen|sollten|sollte|empfehlen|empfehlung|empfiehlst|rat|vorschlag|vorschlage|verbessern',
    person:
      'wer|wessen|wem|name|namen|mail|email|adresse|adressen|telefon|geburtstag|geburtsdatum|alter|geschlecht|manner|frauen|mannlich|weiblich|gehalt|verheiratet|kinder|person|personen|herr|herrn|frau|kundin|kunde namens',
    limit: 'mindestens|hochstens|maximal|minimal|wenigstens|oberhalb|unterhalb|unter',
    average:
      'durchschnitt|durchschnittlich|durchschnittliche|durchschnittlicher|durchschnittlichen|durchschnittliches|mittlere|mittlerer|mittelwert|median|im schnitt|im mittel|im durchschnitt',
  },
  times: {
    filler:
      'im|in|am|der|die|das|dem|den|des|fur|fuer|von|vom|wahrend|uber|im laufe|zum|ganzen|gesamten|innerhalb|aus',
    last: 'letzte|letzten|letzter|letztes|letztem|vergangene|vergangenen|vergangener|vergangenes|vergangenem',
    previous:
      'vorige|vorigen|voriger|voriges|vorherige|vorherigen|vorheriger|vorheriges|vorangegangene|vorangegangenen|vorhergehende|vorhergehenden',
    this: 'diese|diesem|diesen|dieser|dieses|laufende|laufenden|laufender|laufendes|aktuelle|aktuellen|aktueller|aktuelles',
    beforeLast: 'vorletzte|vorletzten|vorletzter|vorletztes|vorvergangenen|vorvergangene|vorvergangenes',
    agoBefore: 'vor',
    since: 'seit|ab|seit dem|ab dem|seit anfang|ab anfang|beginnend',
    until: 'bis|bis zum|bis ende|bis einschliesslich|bis inklusive|bis zu',
    before: 'vor|vor dem',
    after: 'nach|nach dem',
    between: 'zwischen|zwischen dem|zwischen den',
    from: 'von|vom|ab',
    to: 'bis|bis zum|und|und dem|bis ende|bis einschliesslich',
    today: 'heute|heutige|heutigen|heutiger',
    yesterday: 'gestern|gestrige|gestrigen|gestriger',
    dayBefore: 'vorgestern',
    monthToDate: 'seit monatsbeginn|seit monatsanfang|seit anfang des monats',
    quarterToDate: 'seit quartalsbeginn|seit quartalsanfang|seit anfang des quartals',
    weekToDate: 'seit wochenbeginn|seit wochenanfang',
    yearToDate:
      'seit jahresbeginn|seit jahresanfang|seit anfang des jahres|seit beginn des jahres|ytd|im laufenden jahr|in diesem jahr bisher',
    soFar: 'bisher|bislang|bis heute|bis jetzt',
    same: 'gleichen|gleiche|gleicher|selben|demselben|derselben|entsprechenden',
    onwards: 'an',
    dayAgo: 'vortag|vortages|dem tag davor|tag davor|tag zuvor',
    weekAgo: 'vorwoche|der woche davor|woche davor|woche zuvor|der vorwoche',
    monthAgo: 'vormonat|vormonats|dem monat davor|monat davor|monat zuvor|vor einem monat|im vormonat',
    quarterAgo: 'vorquartal|vorquartals|quartal davor|quartal zuvor|vor einem quartal',
    yearAgo:
      'vorjahr|vorjahres|vorjahresmonat|vorjahreszeitraum|vorjahresquartal|vorjahreswoche|vorjahresperiode|jahr davor|jahr zuvor|vor einem jahr|vor 1 jahr|gleichen zeitraum des vorjahres|gleichen monat des vorjahres|gleichen zeitraum im vorjahr|demselben zeitraum des vorjahres|gleichen monaten des vorjahres|selben monat des vorjahres|im vorjahr|im jahr davor|im vorjahreszeitraum',
    periodAgo: 'vorperiode|vorzeitraum|zeitraum davor|vorherigen zeitraum|vorangegangenen zeitraum',
  },
  units: {
    day: 'tag|tage|tagen|tages',
    week: 'woche|wochen|kalenderwoche|kalenderwochen',
    month: 'monat|monate|monaten|monats|kalendermonat|kalendermonate',
    quarter: 'quartal|quartale|quartalen|quartals|vierteljahr|vierteljahre',
    half: 'halbjahr|halbjahre|halbjahres|jahreshalfte|halfte',
    year: 'jahr|jahre|jahren|jahres|kalenderjahr|kalenderjahre',
  },
  adverbs: {
    day: 'taglich|tagliche|taglicher|taglichen|tagesweise|taeglich',
    week: 'wochentlich|wochentliche|wochentlicher|wochentlichen|wochenweise',
    month: 'monatlich|monatliche|monatlicher|monatlichen|monatliches|monatsweise',
    quarter: 'quartalsweise|vierteljahrlich|vierteljahrliche|vierteljahrlicher|vierteljahrlichen',
    year: 'jahrlich|jahrliche|jahrlicher|jahrlichen|jahresweise',
  },
  months: [
    'januar|janner|jan',
    'februar|feber|feb',
    'marz|maerz|mrz',
    'april|apr',
    'mai',
    'juni|jun',
    'juli|jul',
    'august|aug',
    'september|sep|sept',
    'oktober|okt',
    'november|nov',
    'dezember|dez',
  ],
  numbers: [
    'eins|einem|einer|ein|eine',
    'zwei',
    'drei',
    'vier',
    'funf|fuenf',
    'sechs',
    'sieben',
    'acht',
    'neun',
    'zehn',
    'elf',
    'zwolf|zwoelf',
  ],
  ordinals: [
    'erste|ersten|erster|erstes',
    'zweite|zweiten|zweiter|zweites',
    'dritte|dritten|dritter|drittes',
    'vierte|vierten|vierter|viertes',
  ],
  weekNumber: 'kw|kalenderwoche|woche',
}
