import type { Words } from './words.ts'

export const DE: Words = {
  months: [
    'januar|jan|jänner',
    'februar|feb',
    'märz|mär',
    'april|apr',
    'mai',
    'juni|jun',
    'juli|jul',
    'august|aug',
    'september|sept|sep',
    'oktober|okt',
    'november|nov',
    'dezember|dez',
  ],
  rangeBefore: 'vom|von|zwischen|zwischen dem|von dem',
  rangeBetween: 'bis|bis zum|und|und dem',
  datePart: 'des',
  quarterNames: [
    'ersten|erste|erstes|1.',
    'zweiten|zweite|zweites|2.',
    'dritten|dritte|drittes|3.',
    'vierten|vierte|viertes|4.',
  ],
  quarter: 'quartal|quartals|vierteljahr',
  week: 'kw|kalenderwoche|woche',
  weekOf: 'woche vom|woche ab dem|woche ab',
  year: 'im jahr|im jahre|jahr|in',

  numbers:
    'null=0|eins=1|zwei=2|drei=3|vier=4|fünf=5|sechs=6|sieben=7|acht=8|neun=9|zehn=10|elf=11|zwölf=12|dreizehn=13|vierzehn=14|fünfzehn=15|sechzehn=16|siebzehn=17|achtzehn=18|neunzehn=19|zwanzig=20|dreißig=30|vierzig=40|fünfzig=50|sechzig=60|siebzig=70|achtzig=80|neunzig=90',
  scales: {
    '100': 'hundert',
    '1000': 'tausend|tsd.|tsd|t',
    '1000000': 'million|millionen|mio.|mio|mill.',
    '1000000000': 'milliarde|milliarden|mrd.|mrd',
    '1000000000000': 'billion|billionen',
  },
  percent:
    '%|prozent|vom hundert|-prozentige|-prozentiger|-prozentigen|-prozentiges|-prozentigem|prozentige|%ige|%iger|%igen|%-ige|%-iger|%-igen',
  points: 'prozentpunkte|prozentpunkten|prozentpunkt|%-punkte|%-punkten|pp|punkte|punkten',
  currencies: {
    USD: 'us-dollar|dollar',
    EUR: 'euro|euros',
    GBP: 'pfund|britische pfund',
    CHF: 'franken|schweizer franken',
    JPY: 'yen',
  },
  units: 'stück|einheiten|einheit|teile|stücke',
  days: 'tage|tagen|tag',

  neutral: `belief|beliefen|beläuft|belaufen|ergab|ergaben|ergibt|ergeben|entspricht|entsprach|entsprechen|entsprachen|wurden gezählt|abgegeben|getätigt|aufgegeben|eingegangene|eingegangenen|gemeldet|notierte|notierten|dies entspricht|das entspricht|das sind|das waren|das war|das ist|im betrachteten zeitraum|im genannten zeitraum|in diesem zeitraum|gerechnet|in bezug auf|bezogen auf|hinsichtlich|was den|was die|einnimmt|einnahm|sorgte|sorgten für einen|landet|landete|landeten|positioniert|platziert|platzierte|stellt|vorn|warenwert|gesehen|registriert|registrierte|registrierten|verkaufte|verkauften|veräußert|ausmacht|ausmachte|ausmachten|einnahmen von|bei einem|bei einer|auf die kategorie|womit|womit es|setzt sich aus|zusammen|gekauft|kaufte|verkauft|waren es|es waren|das macht|aus macht|zurück|ab|und zwar|zwar|bedeutet|bedeuten|bedeutete|bedeuteten|steht|stehen|stand|standen|dass|rangiert|rangierte|belegt|belegte|belegten|lautet|der|die|das|den|dem|des|im|in|am|an|auf den|für|bei|beim|zu|zum|zur|hat|haben|hatte|hatten|wurde|wurden|worden|es|er|sie|ihr|ihre|ihrem|ihren|ihres|ihrer|sein|seine|seinem|seinen|seiner|dies|diese|dieser|dieses|diesem|diesen|davon|daran|dabei|darin|dort|hier|auch|deren|dessen|welche|welcher|welches|zahl|zahlen|wert|werte|anzahl|betrag|summe|höhe|in höhe|zeitraum|im zeitraum|berichtszeitraum|im berichtszeitraum|verzeichnete|verzeichneten|verbuchte|verbuchten|erzielte|erzielten|erzielt|machte|machten|erwirtschaftet|gab es|gab|gingen ein|eingegangen|nahm ein|ein|lag|lagen|liegt|liegen|sich|sank auf|unternehmen|geschäft|shop|bericht|betragen|gezählt|abgesetzt|hierbei|nämlich|das heißt|sowie auch|jeweils für sich|gemessen|insgesamt betrachtet|zeigte|zeigten|zeigt|blickt man|betrachtet|weist|wies|aus|ausgewiesen|in der|einen wert|ein wert|kam|kamen|was|für die kategorie|entstand|entstanden|fakturiert|fakturiert wurden`,
  article: 'ein|eine|einen|einem|einer|eines',
  and: 'und auch|zudem|außerdem|ferner|hinzu|zusätzlich|und zugleich|besteht aus|bestand aus|setzt sich zusammen aus|und|sowie|&|wie auch',
  contrast:
    'gleichwohl|indes|indessen|im gegensatz dazu|gleichzeitig|zugleich|wogegen|andererseits|aber|doch|jedoch|während|wohingegen|obwohl|dagegen|hingegen|allerdings|demgegenüber|wenngleich',
  by: 'um',
  of: 'von|vom|in höhe von|des|der|an',
  level: `auf ein niveau von|auf einen wert von|auf einen umsatz von|erreicht wurde|bei einem umsatz von|erzielte insgesamt|summiert auf|beziffert auf|bezifferte sich auf|beziffern sich auf|steht bei|stehen bei|notiert bei|auf|erreichte|erreichten|erreicht|bei|mit|stand bei|standen bei|kam auf|kamen auf|kommt auf|kommen auf|auf insgesamt|insgesamt auf|bis auf`,
  is: 'betrug|betrugen|beträgt|betragen|lag bei|lagen bei|liegt bei|liegen bei|belief sich auf|beliefen sich auf|beläuft sich auf|war|waren|summierte sich auf|summierten sich auf|machte aus|war bei|ist|sind',
  remain: 'blieb|blieben|bleibt|bleiben|geblieben|verharrte|verharrten|hielt sich|hielten sich',
  from: 'aus',
  compare: `im vergleich zu den|im vergleich zu der|im vergleich zu dem|verglichen zum|verglichen zur|gegenüber jenem|gegenüber denen|in relation zur|in relation zum|im vergleich|als|als im|als in|als in der|als in den|als vor|als in dem|gegenüber|gegenüber dem|gegenüber der|gegenüber den|im vergleich zu|im vergleich zum|im vergleich zur|im vergleich mit|im vergleich mit dem|verglichen mit|verglichen mit dem|verglichen mit der|verglichen mit den|im verhältnis zu|im verhältnis zum|gemessen an|gemessen am`,
  relative: 'zum|zur|zu den',
  share: `entspricht einem anteil|gesamtanteil|anteil am gesamtumsatz|anteil am umsatz|vom umsatz|des gesamtumsatzes von|am umsatz|der bestellungen insgesamt|vom ganzen|des ganzen|am ganzen|anteil|anteil an|anteil am|ein anteil|anteil von|anteils|des gesamten|vom gesamten|der gesamten|des gesamtumsatzes|vom gesamtumsatz|am gesamtumsatz|entfiel|entfielen|entfallen|entfällt|entfiel auf|entfielen auf|machte aus|machten aus|aller|am gesamten|der gesamtmenge|stellte|stellten|trug bei mit anteil`,
  total:
    'insgesamt|gesamt|im ganzen|zusammen genommen|alles in allem|gesamte|gesamter|gesamten|gesamtes|in summe|über alles|gesamthaft',
  cause: `beruht auf|beruhte auf|beruhen auf|beruhten auf|basiert auf|ist zurückzuführen auf|war zurückzuführen auf|sind zurückzuführen auf|bedingt von|befeuert von|gefördert durch|begünstigt durch|begünstigt von|resultiert aus|resultierend aus|was an|lag an|lag am|liegt an|auslöser|gestützt auf|unterstützt von|unterstützt durch|kam durch|weil|wegen|aufgrund|auf grund|dank|durch|getrieben von|getrieben durch|verursacht durch|zurückzuführen auf|infolge|bedingt durch|ursache|grund|ursächlich|grund dafür|ausgelöst durch|getragen von|gestützt von|gestützt durch|angetrieben von|angetrieben durch|verantwortlich|da|denn|treiber|hervorgerufen durch|ergab sich aus|ergibt sich aus|resultierte aus|rührt her von|geht zurück auf|ging zurück auf|gehen zurück auf|aufgrund von|wegen der|infolge von`,
  origin:
    'stammte aus|stammten aus|stammt aus|stammen aus|stammte von|stammten von|stammt von|stammen von|kam von|kamen von|kam aus|kamen aus|kommt von|kommen von',
  drives:
    'ließen|ließ|führten zu|führte zu|führten zu einem|verursachten|verursachte|bewirkten|bewirkte|sorgten für|sorgte für|trieben|erklären|erklärt|waren der grund für|war der grund für',
  offset:
    'gebremst durch|teilweise ausgeglichen durch|gebremst von|gedämpft durch|teilweise kompensiert durch|trotz',
  movement:
    'veränderung|veränderungen|entwicklung|veränderte sich|änderte sich|unterschied|effekt|effekte|abweichung|differenz',
  after: 'nach',
  thus: 'also|damit|so|somit|dadurch|folglich',
  contribute: 'trug|trugen|steuerte|steuerten|beitrag|beitrag von|trägt|tragen|steuert|beitrug|beitrugen',
  most: 'der größte teil|den größten teil|großteil|ein großteil|der großteil|den großteil|die mehrheit|mehrheit|mehr als die hälfte|über die hälfte|überwiegend|der überwiegende teil|zum größten teil',
  slight: 'leicht|etwas|geringfügig|ein wenig|leichte|leichter|leichten|leichtes|geringfügige|minimal',
  followed: 'gefolgt von|danach|dahinter|es folgt|es folgen',
  licensed: {
    end: 'ende|am ende des|zum ende des|am ende|zum ende|per ende|gegen ende',
    short: 'für weniger als vier wochen|weniger als vier wochen',
    lasts: 'reichte der bestand|der bestand reichte|reichte|bestand|hatten einen bestand',
    stock_share: 'des ganzen bestands|des gesamten bestands|vom gesamten bestand|vom ganzen bestand',
    band: 'im band|innerhalb des bandes|innerhalb des bands',
    usual: 'zu erwarten sind vier von fünf|erwartet werden vier von fünf|zu erwarten wären vier von fünf',
    sells: 'davon werden|davon wird|werden davon|wird davon',
    first: 'zum ersten mal|erstmals|erstmalig|neu|neuer|neue|neues|erster kauf|ersten kauf|ersten mal',
    nothing:
      'nichts gekauft|kaufte nichts|hat nichts gekauft|keinen kauf|kaufte nichts mehr|nichts mehr gekauft',
    idle: 'nicht auf lager|ausverkauft|nicht vorrätig',
  },
  partial:
    'bisher|bislang|bis jetzt|noch nicht vollständig|unvollständig|nicht vollständig|vorläufig|nicht ganz abgedeckt|noch unvollständig|teilweise',
  future:
    'wird|werden|soll|sollen|sollte|sollten|voraussichtlich|dürfte|dürften|könnte|könnten|würde|würden|kann|können|vermutlich|wohl|wahrscheinlich|wird erwartet|werden erwartet|mag',
  refused: {
    negation:
      'nicht|kein|keine|keinen|keinem|keiner|keines|nie|niemals|ohne|weder|noch|nichts|kaum|nirgends|niemand',
    quantifier:
      'alle|allen|jede|jeder|jedes|jeden|jedem|nur|ausschließlich|lediglich|bloß|ganz|ganze|ganzen|komplett|sämtliche|sämtlicher|einige|viele|wenige|mehrere|andere|anderen|übrige|übrigen|rest|außer|doppelt|doppelte|dreifache|fach|zweimal|einzige|einzig|allesamt',
    superlative:
      'niedrigste|niedrigsten|geringste|geringsten|kleinste|kleinsten|schlechteste|wenigsten|letzte|letzten|letzter|letztes|je|rekord|stärkste|stärksten|schnellste|am wenigsten',
    order: 'beziehungsweise|bzw|bzw.|jeweils|ersterer|letzterer|umgekehrt',
    judgement:
      'stark|starke|starker|starkes|starken|schwach|schwache|enttäuschend|erfreulich|gut|gute|schlecht|deutlich|deutlicher|erheblich|signifikant|kräftig|massiv|beeindruckend|bemerkenswert|solide|robust|erfolgreich|dramatisch',
  },

  up: `zulegen|gestiegene|gestiegenen|mehrumsatz|mehrerlös|anwuchs|anwuchsen|gewachsene|ausgeweitet|weitete|zugenommene|zu steigen|nach oben|aufwärtsbewegung|anstiege|steigern|wuchsen um|zunahm|zunahmen|anstiegen|zulegte|zulegten|erhöht sich|hob|hoben|stieg|stiegen|steigt|steigen|gestiegen|steigend|steigender|steigende|steigerte|steigerten|gesteigert|anstieg|anstiegs|anstieg von|anstieg um|stieg an|stiegen an|angestiegen|steigerung|wuchs|wuchsen|wächst|wachsen|gewachsen|wachstum|zuwachs|zuwächse|zunahme|zugenommen|zugelegt|plus|erhöhte|erhöhten|erhöht|erhöhung|gewann|gewannen|gewonnen|mehr|höher|höhere|höherer|höheren|höheres|größer|darüber|kletterte|kletterten|geklettert|vergrößerte|aufwärts`,
  down: `zurückgehend|gesunkene|gesunkenen|minderumsatz|nachgab|nachgaben|nach unten|abwärtsbewegung|rückgänge|verringern|reduzieren|rückläufige|rückläufiger|gab nach|gaben nach|büßte|büßten|zurückging|zurückgingen|abnahm|abnahmen|drückte|drückten|senkte|senkten|schmälerte|schmälerten|minderte|minderten|fiel|fielen|fällt|fallen|gefallen|fallend|fallende|fallender|sank|sanken|sinkt|sinken|gesunken|sinkend|sinkende|rückgang|rückgangs|rückgang von|rückgang um|zurückgegangen|abnahme|abgenommen|minus|verringerte|verringerten|verringert|verringerung|verminderte|reduzierte|reduzierten|reduziert|weniger|niedriger|niedrigere|niedrigerer|niedrigeren|niedrigeres|geringer|geringere|geringerer|geringeren|kleiner|darunter|schrumpfte|schrumpften|geschrumpft|verlor|verloren|abwärts|rückläufig|tiefer`,
  same: 'auf gleicher höhe|gleich hoch|konstant geblieben|stabil geblieben|unverändert geblieben|auf dem stand der|auf dem niveau der|auf dem gleichen stand|identisch|so viel wie|so viele wie|ebenso viel wie|gleich viel wie|genauso viele wie|ebenso viele wie|so viele wie|gleich viele wie|genauso hoch wie|ebenso hoch wie|genauso viel wie|ebenso viel wie|unverändert|blieb unverändert|blieben unverändert|gleich|gleich geblieben|blieb gleich|blieben gleich|stabil|blieb stabil|blieben stabil|konstant|blieb konstant|keine veränderung|ohne veränderung|auf dem niveau|wie im|wie in|so hoch wie|veränderte sich nicht|änderte sich nicht|gleichbleibend|auf gleichem niveau',
  particles: [
    ['nahm|nahmen|nimmt|nehmen', { zu: 'up', ab: 'down' }],
    ['legte|legten|legt|legen', { zu: 'up' }],
    ['ging|gingen|geht|gehen', { zurück: 'down', ein: 'none', hervor: 'none' }],
  ],
  bases: {
    previous:
      'vorperiode|vorzeitraum|vorherigen zeitraum|vorherige zeitraum|vorheriger zeitraum|zeitraum davor|zeitraum zuvor|vorangegangenen zeitraum|vorangegangene zeitraum|vorhergehenden zeitraum|vorigen zeitraum|vorangegangenen periode|vorherigen periode|periode davor',
    year_ago:
      'vorjahr|vorjahres|vorjahre|vorjahreszeitraum|vorjahreszeitraums|vorjahresmonat|vorjahreswert|vorjahreswoche|vorjahreswochen|vorjahresquartal|vorjahresperiode|jahr davor|jahr zuvor|ein jahr zuvor|ein jahr davor|vor einem jahr|ein jahr vorher|jahr vorher|einem jahr|gleichen zeitraum des vorjahres|gleichen zeitraum im vorjahr|selben zeitraum des vorjahres|gleiche zeitraum des vorjahres|gleichen wochen des vorjahres|denselben wochen des vorjahres|gleichen zeitraum vor einem jahr|gleichen zeitraum ein jahr zuvor|selben zeitraum ein jahr zuvor|selben zeitraum vor einem jahr|gleichen wochen vor einem jahr|denselben wochen vor einem jahr|gleichen monat des vorjahres|entsprechenden zeitraum des vorjahres|entsprechenden vorjahreszeitraum|vorigen jahr|vorigen jahres|vorangegangenen jahr|im jahresvergleich|jahresvergleich|binnen jahresfrist',
    forecast:
      'prognose|der prognose|prognostiziert|vorhergesagt|vorhersage|erwartet|erwartung|prognosewert|geplant war|vorhergesagten|prognostizierten|prognostizierte|in der prognose',
    day: '{n} tage davor|{n} tage zuvor|vorangegangenen {n} tagen|vorherigen {n} tagen|{n} vorangegangenen tagen|{n} tagen davor|{n} tagen zuvor|vortag|vortags|tag davor|tag zuvor|vorigen tag|vorherigen tag|tag vorher',
    week: '{n} wochen davor|{n} wochen zuvor|vorangegangenen {n} wochen|vorherigen {n} wochen|{n} vorangegangenen wochen|{n} vorherigen wochen|{n} wochen vorher|vorwoche|woche davor|woche zuvor|vorigen woche|vorherigen woche|vorangegangenen woche|woche vorher|eine woche zuvor|im wochenvergleich',
    month:
      '{n} monate davor|{n} monate zuvor|{n} monaten davor|{n} monaten zuvor|vormonat|vormonats|vormonates|monat davor|monat zuvor|vorigen monat|vorherigen monat|vorangegangenen monat|monat vorher|einen monat zuvor|vorherigen monats|im monatsvergleich',
    quarter:
      'vorquartal|vorquartals|quartal davor|quartal zuvor|vorigen quartal|vorherigen quartal|vorangegangenen quartal|quartal vorher|im quartalsvergleich',
    year: '',
  },
  beforeBases: [
    '',
    'der ',
    'dem ',
    'den ',
    'die ',
    'das ',
    'des ',
    'im ',
    'in der ',
    'in den ',
    'vom ',
    'zum ',
    'zur ',
  ],
  grains: {
    day: 'an dem tag|am tag|in den {n} tagen|in {n} tagen|binnen {n} tagen|innerhalb von {n} tagen',
    week: 'in der woche|in den {n} wochen|in {n} wochen|binnen {n} wochen|innerhalb von {n} wochen|den {n} wochen',
    month: 'im monat|in dem monat|in den {n} monaten|in {n} monaten',
    quarter: 'im quartal',
    year: 'im jahr',
  },
  ranks: {
    1: 'höchste|höchsten|höchster|höchstes|größte|größten|größter|größtes|meiste|meisten|am meisten|spitzenreiter|an erster stelle|auf platz eins|führend|führte|führten|an der spitze|erste|erster|erstes|rang eins|auf rang eins|platz eins|umsatzstärkste|umsatzstärkster|stärkste|bestplatzierte|den ersten platz|ersten platz|erster platz',
    2: 'zweithöchste|zweithöchsten|zweithöchster|zweitgrößte|zweitgrößten|zweitgrößter|zweitmeisten|an zweiter stelle|auf platz zwei|zweite|zweiter|zweites|rang zwei|auf rang zwei|platz zwei|zweitmeiste|den zweiten platz|zweiten platz',
    3: 'dritthöchste|dritthöchsten|dritthöchster|drittgrößte|drittgrößten|drittgrößter|an dritter stelle|auf platz drei|dritte|dritter|drittes|rang drei|auf rang drei|platz drei|drittmeisten|den dritten platz|dritten platz',
    4: 'vierthöchste|vierthöchsten|viertgrößte|viertgrößten|an vierter stelle|auf platz vier|vierte|vierter|viertes|rang vier|platz vier|vierten platz',
    5: 'fünfthöchste|fünfthöchsten|fünftgrößte|fünftgrößten|an fünfter stelle|auf platz fünf|fünfte|fünfter|fünftes|rang fünf|platz fünf|fünften platz',
  },
  rankOf: 'platz {n}|rang {n}|auf platz {n}|auf rang {n}|nummer {n}|nr. {n}|position {n}',
  fractions: [
    { words: 'hälfte|die hälfte', percent: 50, direction: null },
    { words: 'ein drittel|einem drittel|ein drittel des', percent: 100 / 3, direction: null },
    { words: 'zwei drittel|zwei dritteln', percent: 200 / 3, direction: null },
    { words: 'ein viertel|einem viertel', percent: 25, direction: null },
    { words: 'drei viertel|dreiviertel|drei vierteln', percent: 75, direction: null },
    { words: 'ein fünftel|einem fünftel', percent: 20, direction: null },
    { words: 'ein zehntel|einem zehntel', percent: 10, direction: null },
    { words: 'verdoppelte|verdoppelten|verdoppelt|verdopplung|verdoppelung', percent: 100, direction: 'up' },
    { words: 'verdreifachte|verdreifachten|verdreifacht', percent: 200, direction: 'up' },
    { words: 'vervierfachte|vervierfacht', percent: 300, direction: 'up' },
    { words: 'halbierte|halbierten|halbiert|halbierung', percent: 50, direction: 'down' },
  ],
  above:
    'höher als|größer als|über jenem|oberhalb der|oberhalb des|über denen|über dem wert|über dem niveau|über dem der|über|mehr als|über dem|über der|über den|übertraf|übertrafen|übertroffen|oberhalb|etwas über|etwas mehr als',
  below:
    'niedriger als|geringer als|kleiner als|unterhalb der|unterhalb des|unter denen|unter dem wert|unter dem niveau|unter dem der|unter jenem|unter|weniger als|unter dem|unter der|unter den|verfehlte|verfehlten|unterhalb|etwas unter|etwas weniger als',
  more: '',
  less: '',
  finalVerbs:
    'stieg|stiegen|gestiegen|wuchs|wuchsen|gewachsen|kletterte|kletterten|fiel|fielen|gefallen|sank|sanken|gesunken|zurückging|zurückgingen|zunahm|zunahmen|abnahm|abnahmen|anstieg|anstiegen',
  about: 'etwa|rund|ungefähr|circa|ca.|ca|gegen|annähernd',
  almost: 'fast|knapp|beinahe|nahezu|nicht ganz',
  over: 'gut|mindestens|knapp über',
  drivers: {
    price: 'preis|preise|preisen|preiseffekt|preiseffekts|preiseffekte|preiswirkung',
    volume:
      'die verkaufte menge|verkaufte menge|verkauften menge|verkaufte mengen|menge|mengen|mengeneffekt|mengeneffekts|absatzmenge|absatzmengen|volumen|volumeneffekt|mengenwirkung',
    mix: 'die auswahl der produkte|auswahl der produkte|produktauswahl|der auswahl der produkte|sortiment|mix|mixeffekt|mix-effekt|sortimentsmix|produktmix|mischung|struktureffekt|sortimentsmischung',
  },
  dimensions: {
    client: 'kunde|kunden',
    category: 'kategorie|kategorien|warengruppe|warengruppen|produktkategorie|produktkategorien',
    subcategory: 'unterkategorie|unterkategorien',
    product: 'produkt|produkte|produkten|artikel|artikeln|produkts|artikels',
    region: 'region|regionen|gebiet|gebiete|gebieten',
    country: 'land|länder|ländern|lands|landes',
    segment: 'segment|segmente|segmenten|kundensegment|kundensegmente|segments',
    color: 'farbe|farben',
    location: 'lager|standort|standorte|lagerort|lagerorte',
    transporter: 'spediteur|spediteure|transporteur',
    occupation: 'beruf|berufe|berufsgruppe',
    order_status: 'status|auftragsstatus',
  },
  measures: {
    products_out_of_stock:
      'produkte, die verkauft werden|produkt, das verkauft wird|produkte die verkauft werden|verkaufte produkte|gängige produkte',
    products_short_of_stock: 'produkten|produkte|produkt|artikeln|artikel',
    units_per_day: 'am tag verkauft|pro tag verkauft|täglich verkauft|am tag|pro tag|täglich',
    stock: 'auf lager|noch auf lager|liegen noch|liegt noch|sind noch da|noch auf lager|vorrätig|am lager',
    days_of_stock: 'genug für|ausreichend für|reicht für|reichen für|das reicht für|was für|ausreichen',
    stock_cost: 'gekostet haben|gekostet hat|gekostet|haben gekostet|kosteten|kostete',
    dead_stock_cost:
      'bestand, der nicht mehr verkauft wird|bestand, der sich nicht mehr verkauft|nicht mehr verkaufter bestand|gekostet|kostete',
    units_sold_in_stock: 'verkaufte sich|wurden verkauft|verkauft|verkaufte stückzahl an tagen mit bestand',
    within_band: 'aller tage aller produkte|der tage aller produkte|tage aller produkte',
    days_out_of_stock: 'nicht auf lager|tage ohne bestand|nicht vorrätig|ausverkauft',
    revenue:
      'brachte|brachten|erwirtschaftete|erwirtschafteten|erlöste|brachte ein|umsatz|umsätze|umsätzen|erlös|erlöse|erlösen|verkaufserlös|verkaufserlöse|einnahmen',
    units_sold:
      'verkäufe|verkaufszahlen|absatz|stückzahl|verkaufte stück|verkauften stück|verkaufte einheiten|verkauften einheiten|verkaufte menge|stück|verkauft|absatzmenge|verkaufte stückzahl|einheiten|verkaufter einheiten|verkaufte stücke|verkauften stücke',
    orders:
      'bestellvolumen|bestelleingang|auftragsanzahl|bestellanzahl|anzahl an bestellungen|zahl an bestellungen|bestellungen|bestellung|aufträge|auftrag|aufträgen|zahl der bestellungen|anzahl der bestellungen|anzahl bestellungen|zahl der aufträge|auftragszahl|bestellzahl',
    buyers:
      'käuferzahl|kundenzahl|kundenanzahl|anzahl an käufern|käufer|käufern|kunden|kunde|kundschaft|zahl der käufer|zahl der kunden|anzahl der kunden|anzahl der käufer',
    revenue_per_order:
      'umsatz pro bestellung|umsatz je bestellung|warenkorb|bestellwert|durchschnittlicher bestellwert|umsatz je auftrag|umsatz pro auftrag|durchschnittliche bestellwert|warenkorbwert',
    revenue_per_unit:
      'preis|preise|preises|umsatz pro stück|umsatz je stück|durchschnittspreis|umsatz je einheit|umsatz pro einheit',
    returned_amount:
      'retouren|retoure|rücksendungen|retourenwert|wert der retouren|retournierter betrag|zurückgegeben|rückgaben',
    units_returned:
      'zurückgegebene stücke|retournierte stück|retournierte einheiten|zurückgegebene einheiten|zurückgegebene stück',
    ordered_amount: 'auftragseingang|bestellwert insgesamt|auftragseingangs|bestellt|auftragseingänge',
    searches: 'suchen|suchanfragen|suche|suchanfrage',
  },
  endings: { measure: 's|es|n|en|e', entity: "s|'|'s" },
  compounds:
    'plus|anstieg|wachstum|zuwachs|steigerung|zunahme|minus|rückgang|anteil|anteils|anstiegs|rückgangs|wachstums|steigerungen|einbußen|anteile|entwicklung',
}
