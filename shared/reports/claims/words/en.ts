import type { Words } from './words.ts'

export const EN: Words = {
  months: [
    'january|jan',
    'february|feb',
    'march|mar',
    'april|apr',
    'may',
    'june|jun',
    'july|jul',
    'august|aug',
    'september|sept|sep',
    'october|oct',
    'november|nov',
    'december|dec',
  ],
  rangeBefore: 'from|between',
  rangeBetween: 'to|until|through|and',
  datePart: 'of',
  quarterNames: ['first|1st', 'second|2nd', 'third|3rd', 'fourth|4th'],
  quarter: 'quarter',
  week: 'week|calendar week',
  weekOf: 'week of|week from|week beginning|week starting',
  year: 'in|year|during|for',

  numbers:
    'zero=0|one=1|two=2|three=3|four=4|five=5|six=6|seven=7|eight=8|nine=9|ten=10|eleven=11|twelve=12|thirteen=13|fourteen=14|fifteen=15|sixteen=16|seventeen=17|eighteen=18|nineteen=19|twenty=20|thirty=30|forty=40|fifty=50|sixty=60|seventy=70|eighty=80|ninety=90',
  scales: {
    '100': 'hundred',
    '1000': 'thousand|k',
    '1000000': 'million|m|mn|mio',
    '1000000000': 'billion|bn',
  },
  percent: '%|percent|per cent|-percent',
  points: 'percentage points|percentage point|pp|pts|points|%-points|% points',
  currencies: {
    USD: 'dollars|dollar|us dollars',
    EUR: 'euros|euro',
    GBP: 'pounds|pound|pounds sterling',
    CHF: 'francs|swiss francs',
    JPY: 'yen',
  },
  units: 'units|unit|pieces|piece|items',
  days: 'days|day',

  article: 'a|an',
  neutral: `in terms of|terms|ranking|placing|positioned|generating|producing|produced|numbered|numbering|goods|equalling|equivalent to|worth|valued at|booked|reporting|reported|experienced|underwent|marked|constituting|position|spot|slot|sitting|sits|it is|they are|with regard to|regarding|as for|when it comes to|in revenue terms|overall period|the period|customers placed|were placed|were made|put at|came out|stand|in comparison|by comparison|going from|goes from|went from|moving|moved from|contribute to|amount of|in value|during the period|four-week|of the period|took|takes|bought|sold|spent|it was|the same period|in the same period|the|in|on|for|at|with|has|have|had|did|do|it|its|they|their|this|that|these|those|which|who|there|here|within|during|also|itself|themselves|business|company|shop|store|report|figure|figures|number|numbers|amount|value|values|level|seen|saw|recorded|posted|showed|shows|brought|make|makes|delivered|achieved|registered|received|placed|counted|invoiced|of which|of it|of this|being|been|be|having|came in|comes in|equal to|equals|namely|i.e.|that is|among|came|comes|coming|across|posting|showing|looking at|turning to|whose|same period|measured|expressed`,
  and: 'together with|in addition|additionally|moreover|plus|and also|furthermore|is made of|is made up of|made up of|is composed of|consists of|consisted of|breaks down into|is the sum of|of that|or|and|as well as|plus also|along with|&',
  contrast:
    'even as|even though|on the contrary|in contrast to this|whilst|nevertheless|nonetheless|albeit|but|while|whereas|although|though|however|yet|by contrast|in contrast|conversely|on the other hand|meanwhile',
  by: 'by',
  of: 'of',
  level: `standing at|reaching a total of|arriving at|to a total of|climbing to|hits|totals|settled at|landed at|closed at|finishing at|finished at|ending at|came out at|clocked in at|to|stood at|stands at|stand at|stood|reached|reaches|reaching|reach|ended at|ended up at|was at|were at|at|hit|hitting|with|to reach|for a total of|bringing it to|taking it to`,
  is: 'was|were|amounted to|amounts to|amounting to|totalled|totaled|totalling|totaling|came to|comes to|coming to|summed to|summing to|equalled|equaled|added up to|adds up to|is|are|has been|have been|came in at|worked out at',
  remain: 'remained|remains|stayed|stays|held|held at|remaining|staying|kept|remained at|stayed at',
  from: 'from',
  compare: `than those in|compared with that of|compared to that of|in contrast to|than that of|than those of|as opposed to|from that of|against a|versus the|up from|down from|than|than in|than for|compared with|compared to|in comparison with|in comparison to|against|versus|vs.|vs|relative to|as against|as compared with|as compared to|when compared with|when compared to|measured against|set against|in relation to|than the one of|up on|down on`,
  relative: 'over the|on the|from the|from a',
  share: `constitutes|a share|the share|its share|a proportion|percentage|percentage of|of all sales|of the overall|contributing a share|share|share of|proportion|portion|of the total|of total|of all|of the whole|of overall|accounted for|accounts for|accounting for|made up|makes up|making up|represented|represents|representing|constituted|contributed a share of`,
  total:
    'total|overall|altogether|in total|in all|as a whole|all in all|company-wide|across the business|across everything|combined total|the whole business',
  cause: `as a consequence of|on the strength of|powered by|propelled by|underpinned by|spurred by|brought about by|which was due to|which was driven by|is due to|was due to|was driven by|were driven by|comes down to|can be attributed to|is attributable to|was attributable to|owed to|with the rise driven by|reason|because|because of|due to|driven by|thanks to|owing to|caused by|as a result of|on account of|attributable to|resulted from|results from|resulting from|explained by|is explained by|on the back of|helped by|supported by|fuelled by|fueled by|boosted by|stemmed from|stems from|stemming from|since|the reason was|the cause was|reflecting|reflects`,
  origin: 'came from|comes from|coming from|originated from|originating from|was from|were from|stem from',
  drives:
    'drove|drives|caused|led to|resulted in|pushed|explain|explains|brought about|fuelled|propelled|were behind|was behind|accounted for the',
  offset:
    'partly offset by|offset by|held back by|dampened by|reduced by the|partially offset by|despite|in spite of',
  movement:
    'movement|change|changes|changed|difference|moved|development|variation|effect|effects|deviation|gap',
  after: 'after|following|from the earlier',
  contribute: 'contributed|contributes|contributing|added|adds|adding|contribution|contribution of',
  most: 'most|most of|most of the|the majority|majority|the majority of|a majority of|more than half|more than half of|over half|over half of|the bulk|the bulk of',
  slight: 'slightly|marginally|a little|a bit|slight|marginal|modestly|modest',
  followed: 'followed by|next came|trailed by',
  licensed: {
    end: 'at the end of|at the end|by the end of|end of|as of the end of',
    short:
      'stock for less than four weeks|less than four weeks of stock|less than four weeks of stock left|stock lasting less than four weeks|stock that lasts less than four weeks',
    stock_share: 'of all stock|of the whole stock|of total stock|of the total stock|of all the stock',
    band: 'within the band|in the band|inside the band|fell within the band|lay within the band',
    usual:
      'four in five are expected|four in five were expected|four out of five are expected|four in five is expected|the expected four in five',
    off: 'off',
    first: 'for the first time|first time|first-time|a first purchase|first purchase|first sale|is new|new',
    nothing:
      'bought nothing|nothing was bought|did not buy anything|made no purchase|made no purchases|placed no orders|bought nothing any more|has not bought anything|no longer bought',
    idle: 'out of stock|sold out',
  },
  partial: `so far|to date|until now|up to now|not yet complete|incomplete|is not complete|partial|partly covered|not fully covered|which is not whole|is not whole|preliminary`,
  future:
    'will|will be|would|shall|should|is expected|are expected|expected|is expected to|are expected to|is likely to|likely|predicted|projected|is forecast to|are forecast to|is going to|are going to|may|might|could|can',
  refused: {
    negation:
      "not|no|none|never|neither|nor|without|nothing|hardly|barely|scarcely|isn't|wasn't|weren't|didn't|doesn't|don't|hasn't|haven't|won't|non|nobody|fails|failed|lacked|lack|un",
    quantifier:
      'all|every|only|solely|exclusively|just|merely|everything|any|entire|entirely|whole|wholly|completely|several|many|few|some|other|others|rest|remaining|except|exclusively by|double|twice|triple|times|fold|half of all',
    superlative:
      'least|lowest|smallest|worst|last|weakest|fewest|bottom|ever|record|strongest|fastest|steepest|sharpest',
    order: 'respectively|former|latter|vice versa|conversely to|in this order|in that order',
    judgement:
      'strong|strongly|weak|disappointing|impressive|excellent|good|bad|great|poor|remarkable|significant|significantly|sharply|dramatically|soared|plunged|surged|crashed|healthy|solid|robust|encouraging|worrying|successful',
  },

  up: `positive|upward|rising by|increasing by|climbing by|up to a level|advancing|advances|upturn|swelled|widened|gained by|to rise|to grow|to increase|to climb|a rise|a gain|an uptick|a growth|raised|lifted|lifts|raises|pushed up|push up|adding to|boosted|boosts|rose|rise|rises|risen|rising|rise of|grew|grow|grows|grown|growing|growth|growth of|increase|increases|increased|increasing|an increase|went up|gone up|going up|goes up|up|up by|climbed|climb|climbs|climbing|gained|gaining|advanced|advance|more|higher|larger|greater|bigger|expanded|expansion|uptick|added on`,
  down: `negative|downward|falling by|decreasing by|declining by|down to a level|receded|retreated|eased|shrinks|weakened|to fall|to drop|to decline|to decrease|a fall|a drop|a decline|a decrease|contracting|lagging|diminishing|lowering|reducing|reduces|lowered|lowers|cut|cuts|pulled down|pushed down|weighed on|shaved off|subtracted|brought down|diminished|fell|fall|falls|fallen|falling|fall of|decline|declines|declined|declining|decrease|decreases|decreased|decreasing|drop|drops|dropped|dropping|went down|gone down|going down|goes down|down|down by|shrank|shrunk|shrinking|reduction|reduced|less|lower|fewer|smaller|slipped|slip|sank|dipped|dip|lost|lose|contraction|contracted|dragged|slid`,
  same: 'steady|held steady|holding steady|remained steady|remained flat|identical|stayed level|unvarying|at the same level|no different|unchanged from|flat against|flat on|as much as|as much as in|exactly as much as|the same as|stayed the same as|stayed the same as in|the same as in|same as|same as in|as many as in|as many as|as much as in|just as many as in|the same number as in|unchanged|remained unchanged|stable|remained stable|flat|stayed flat|was flat|no change|without change|the same as|stayed the same|constant|remained constant|level with|did not change|in line with|on a par with|exactly as',
  particles: [],
  bases: {
    previous:
      "previous period's|prior period's|preceding period's|previous period|prior period|preceding period|period before|earlier period|period earlier|preceding one|previous one|period immediately before|same length of time before|period on period|period-on-period",
    year_ago: `previous year|prior year|preceding year|year before|year earlier|a year earlier|a year before|a year ago|one year ago|one year earlier|one year before|same period a year ago|same period a year earlier|same period one year earlier|same period a year before|
      same period of the previous year|same period in the previous year|same period of the year before|same period the year before|same period of the prior year|same period the previous year|same month a year ago|same month a year earlier|same month of the previous year|
      same weeks a year ago|same weeks a year earlier|same weeks of the previous year|same week a year ago|same week a year earlier|same quarter a year earlier|same days a year ago|same days a year earlier|same time a year ago|same time a year earlier|year on year|year-on-year|year over year|year-over-year|yoy|corresponding period of the previous year|corresponding period a year earlier|comparable period of the previous year|comparable period a year earlier|twelve months earlier|year-ago period|year-earlier period|prior-year period|prior year's period`,
    forecast:
      'forecast|the forecast|prediction|predicted|what was forecast|what had been forecast|was forecast|had been forecast|forecasted|expected|was expected|than forecast|forecast value|what was expected|expectation|projected|projection',
    day: 'previous {n} days|preceding {n} days|prior {n} days|{n} days before|{n} previous days|{n} preceding days|{n} prior days|previous day|day before|preceding day|a day earlier|day earlier|prior day|day on day|day-on-day',
    week: 'previous {n} weeks|preceding {n} weeks|prior {n} weeks|{n} weeks before|{n} previous weeks|{n} preceding weeks|{n} prior weeks|{n} weeks earlier|previous week|week before|preceding week|a week earlier|week earlier|prior week|one week earlier|week on week|week-on-week|week over week|week-over-week',
    month:
      'previous {n} months|preceding {n} months|prior {n} months|{n} months before|previous month|month before|preceding month|a month earlier|month earlier|prior month|one month earlier|month on month|month-on-month|month over month|month-over-month',
    quarter:
      'previous quarter|quarter before|preceding quarter|a quarter earlier|quarter earlier|prior quarter|one quarter earlier|quarter on quarter|quarter-on-quarter|quarter over quarter',
    year: '',
  },
  beforeBases: ['', 'the ', 'a '],
  grains: {
    day: 'the day|that day|the {n} days|these {n} days|in {n} days|over {n} days|within {n} days',
    week: 'the week|that week|the {n} weeks|these {n} weeks|in {n} weeks|over {n} weeks|within {n} weeks',
    month: 'the month|that month|the {n} months|these {n} months|in {n} months|over {n} months',
    quarter: 'the quarter|that quarter',
    year: 'the year|that year',
  },
  ranks: {
    1: 'the most|most of any|highest|largest|biggest|greatest|top|leading|led|leads|first|ranked first|ranks first|came first|in first place|took first place|first place|number one|no. {n}|1st|best-selling|top-selling|the top|topped|tops|foremost',
    2: 'second-highest|second highest|second-largest|second largest|second-biggest|second biggest|second-most|second most|second|ranked second|ranks second|came second|second place|in second place|2nd|number two|runner-up|second-best',
    3: 'third-highest|third highest|third-largest|third largest|third-biggest|third biggest|third-most|third|ranked third|ranks third|came third|third place|in third place|3rd|number three',
    4: 'fourth-highest|fourth highest|fourth-largest|fourth largest|fourth|ranked fourth|ranks fourth|came fourth|fourth place|in fourth place|4th|number four',
    5: 'fifth-highest|fifth highest|fifth-largest|fifth largest|fifth|ranked fifth|ranks fifth|came fifth|fifth place|in fifth place|5th|number five',
  },
  rankOf:
    'took place {n}|takes place {n}|took rank {n}|rank {n}|place {n}|number {n}|no. {n}|ranked {n}|ranks {n}|position {n}|ranked no. {n}|ranks no. {n}|ranked number {n}',
  fractions: [
    { words: 'half|one half|a half', percent: 50, direction: null },
    { words: 'a third|one third|one-third', percent: 100 / 3, direction: null },
    { words: 'two thirds|two-thirds', percent: 200 / 3, direction: null },
    { words: 'a quarter of|one quarter of|a quarter of the', percent: 25, direction: null },
    { words: 'three quarters of|three-quarters of', percent: 75, direction: null },
    { words: 'a fifth|one fifth|one-fifth', percent: 20, direction: null },
    { words: 'a tenth|one tenth|one-tenth', percent: 10, direction: null },
    { words: 'doubled|has doubled|doubling', percent: 100, direction: 'up' },
    { words: 'tripled|trebled', percent: 200, direction: 'up' },
    { words: 'quadrupled', percent: 300, direction: 'up' },
    { words: 'halved|was halved|were halved', percent: 50, direction: 'down' },
  ],
  above:
    'in excess|higher than in|higher than|greater than|larger than|better than|beyond|over|more than|above|exceeded|exceeding|exceeds|ahead of|in excess of|surpassed|surpassing|upwards of|slightly more than|slightly above|slightly over',
  below:
    'lower than|smaller than|shy of|less than|under|below|short of|behind|missed|fell short of|just below|slightly under|slightly less than|slightly below|fewer than',
  more: '',
  less: '',
  about: 'about|around|roughly|approximately|some|circa|ca.|approx.|approx|close to',
  almost: 'almost|nearly|just under|a little under',
  over: 'just over|a little over|just above|at least',
  drivers: {
    price: 'price|prices|price effect|price effects|pricing',
    volume:
      'how much was sold|quantity sold|quantities|quantity|amount sold|volume|volumes|volume effect|quantity effect|quantities sold',
    mix: 'the product mix|the sales mix|what was sold|the choice of products|product choice|which products were sold|mix|mix effect|product mix|sales mix',
  },
  dimensions: {
    client: 'client|clients|customer|customers',
    category: 'category|categories|product category',
    subcategory: 'subcategory|subcategories',
    product: 'product|products|article|articles',
    region: 'region|regions|territory|territories',
    country: 'country|countries',
    segment: 'segment|segments|client segment|customer segment',
    color: 'colour|colours|color|colors',
    location: 'location|locations|warehouse|warehouses',
    transporter: 'transporter|transporters|carrier|carriers',
    occupation: 'occupation|occupations',
    order_status: 'status|order status',
  },
  measures: {
    products_out_of_stock:
      'products that sell|product that sells|selling products|products which sell|products that are selling',
    products_short_of_stock: 'products|product|articles',
    units_per_day:
      'a day are sold|a day is sold|sold a day|sold per day|units a day|units per day|per day|a day|sold each day|sold every day|daily',
    stock:
      'units in stock|in stock|are left|is left|left in stock|left|units left|on hand|remaining|remain in stock',
    days_of_stock:
      'enough for|which is enough for|enough stock for|sufficient for|which lasts for|lasting|lasts|enough to last',
    stock_cost: 'which cost|that cost|cost|costing|at a cost of|having cost',
    dead_stock_cost:
      'stock that no longer sells cost|stock that no longer sells|stock no longer selling|stock which no longer sells|cost|costing|had cost',
    units_sold_in_stock: 'sold|units sold on days in stock',
    within_band:
      'of all days of products|of all product days|of all days of all products|days of products|of the days of products',
    forecast_error:
      'the forecast of a product and day|forecast of a product and day|the forecast of a product on a day|the forecasts of a product and day',
    days_out_of_stock: 'out of stock|days out of stock|days without stock',
    revenue: 'made|brought in|earned|generated|took in|revenue|revenues|sales|turnover|sales revenue|takings',
    units_sold:
      'sales|units sold|sold units|units|pieces sold|sales volume|sold|quantity sold|number of units sold|unit sales|items sold|pieces',
    orders:
      'order volume|order volumes|order numbers|order figures|orders placed|order total|orders|order|number of orders|order count',
    buyers:
      'buyer count|buyer numbers|customer count|number of clients|customer numbers|buyers|customers|clients|number of buyers|number of customers|buying customers|buying clients',
    revenue_per_order:
      'revenue per order|average order value|order value|revenue for each order|sales per order|basket value|average basket',
    revenue_per_unit:
      'price|prices|revenue per unit|average price|price per unit|average unit price|sales per unit',
    returned_amount:
      'returned|returned amount|returns|value of returns|refunds|amount returned|returned value',
    units_returned: 'units returned|returned units|pieces returned|returned pieces|returned items',
    ordered_amount:
      'ordered|ordered amount|order intake|amount ordered|value of orders|orders received|order value received',
    searches: 'searches|search queries|search|queries',
  },
  endings: { measure: "'s|s'|s|'", entity: "'s|'" },
}
