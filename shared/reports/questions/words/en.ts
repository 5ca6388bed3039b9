import type { Words } from './words.ts'

export const ENGLISH: Words = {
  language: 'en',
  roles: {
    ignored:
      'a|an|the|of|in|for|from|to|at|on|with|about|please|show|me|show us|tell us|give us|for us|to us|to date|so far|current|tell|give|list|display|can you|could you|i|want|would like|like to know|know|see|what|what s|whats|is|are|was|were|be|been|did|do|does|have|has|had|we|our|ours|my|you|your|it|its|they|their|there|that|this|these|those|s|total|totals|overall|altogether|in total|all|any|get|got|make|made|making|place|placed|receive|received|come|came|generate|generated|generating|bring|brought in|achieve|achieved|earn|earned|take|took|look|looks|how|how was|how were|figures|figure|numbers|data|report|chart|table|graph|only|just|currently|now|right now|at the moment|who|everything|business|company|shop|via|across|within|during|level|levels|breakdown|broken down|split|break down|grouped|ranked|rank|sorted|sort|value of|hi please|ok|so|then|but|d|ll|ve|re|m|go|went|going|been|went to|me the|doing|perform|performed|performing|performance',
    by: 'by|ordered by|according to',
    per: 'per|for each|for every|each|every|by each|for each single|in each|in every',
    each: 'each|every',
    which: 'which|what|in which|of which',
    top: 'top|most popular|best|most|highest|largest|biggest|greatest|strongest|best selling|bestselling|best sellers|bestsellers|bestseller|sold best|sells best|sell best|sold most|fastest|the most|most sold|selling best|leading|maximum|strongest selling',
    bottom:
      'bottom|least popular|worst|least|lowest|smallest|fewest|weakest|slowest|worst selling|sold worst|sell worst|sells worst|sold least|the least|poorest|minimum|slowest selling',
    more: 'more|higher|better|larger|bigger',
    less: 'less|fewer|lower|worse|smaller',
    count: 'how many|number of|the number of|count of|how many different orders|quantity of|total number of',
    amount: 'how much|by how much|amount of|amount|how high|value of all|how big|how large|sum of',
    sold: 'sold|sell|sells|selling|bought|buy|buys|buying|purchased|purchase|did we sell|went out',
    invoiced: 'invoiced|spend|spent|spends|billed|turned over',
    returned: 'returned|sent back|came back|come back|brought back|given back',
    ordered: 'ordered',
    compared:
      'compare|up on|down on|up from|down from|up against|compared|compared with|compared to|comparing|comparison|comparison with|in comparison with|in comparison to|comparison to|versus|vs|against|relative to|than|over against|as opposed to|and how does it compare with',
    share:
      'share|shares|share of|percentage|percent|percentage of|percent of|proportion|proportion of|portion|fraction|what part|what part of|%',
    partOf:
      'comes from|come from|came from|is from|was from|were from|are from|stems from|is due to|goes to|went to|made up by|accounted for by|belongs to|is made with|was made with|is made by',
    growth:
      'growth|going up|going down|gone up|gone down|went up|went down|up|down|grow|grew|grown|growing|growth of|change|changed|changes|change in|increase|increased|decrease|decreased|rise|risen|rose|fall|fallen|fell|drop|dropped|decline|declined|growth rate|increase in|decrease in',
    trend:
      'trend|trends|development|develop|developed|developing|over time|evolution|evolve|evolved|evolving|course|progress|history|timeline|time series|trending',
    without:
      'without|except|except for|excluding|exclude|other than|apart from|but not|outside|outside of|not including|but|ex|everything except|everything but|all except|all but|minus|leaving out|not counting|not from|not in|not for|not to|not with|not of',
    not: 'not|no|never|none|neither|nor|non|don t|doesn t|didn t|isn t|wasn t|weren t|aren t|haven t|hasn t|hadn t|cannot|can t|won t',
    and: 'and|or|as well as|plus|together with|along with|both|also|and also|either',
    cause:
      'why|because|because of|reason|reasons|cause|caused|causes|due to|how come|what explains|explain|what happened',
    future:
      'will|forecast|forecasts|forecasted|predict|prediction|predicted|expected|expect|tomorrow|next|next week|next month|next quarter|next year|upcoming|future|coming|projection|projected|outlook|plan|planned|budget|target|targets|going to|expectation',
    advice: 'should|recommend|recommendation|suggest|suggestion|advice|advise|ought|what to do|improve',
    person:
      'who|people|who is|who are|who was|who were|name|names|email|e mail|email address|mail address|address|addresses|phone|telephone|birthday|birth date|age|ages|gender|male|female|men|women|salary|married|children|person|persons|customer named|client named|individual',
    limit:
      'at least|at most|greater than|no more than|not more than|no less than|not less than|exceeding|exceed|exceeds|above|below|under|minimum of|maximum of|worth',
    average: 'average|mean|avg|median|on average|typical',
  },
  times: {
    filler:
      'in|of|the|whole|entire|full|on|for|during|over|within|from|at|by the end of|in the|of the|all of|over the course of|throughout',
    last: 'last|past|latest|most recent',
    previous: 'previous|prior|preceding|foregoing',
    this: 'this|current|the current|the present',
    beforeLast: 'before last',
    ago: 'ago|earlier|back',
    since: 'since|starting from|starting in|beginning in',
    until: 'as of|as at|until|till|up to|through|up until|to the end of',
    before: 'before|prior to|earlier than',
    after: 'after|later than',
    between: 'between',
    from: 'from|since',
    to: 'to|until|till|through|and|up to|thru|up until',
    today: 'today|as of today',
    yesterday: 'yesterday',
    dayBefore: 'day before yesterday|the day before yesterday',
    monthToDate: 'month to date|mtd',
    quarterToDate: 'quarter to date|qtd',
    weekToDate: 'week to date|wtd',
    yearToDate:
      'year to date|ytd|since the beginning of the year|since the start of the year|since beginning of the year|since the beginning of this year|since the start of this year|since new year',
    soFar: 'so far|to date|until now|until today|up to now|up to today',
    same: 'same|the same|corresponding',
    onwards: 'on|onwards|onward',
    dayAgo: 'day before|day earlier|previous day|the day before|day over day',
    weekAgo: 'week before|week earlier|previous week|the week before|week over week|wow',
    monthAgo:
      'month before|month earlier|previous month|the month before|month over month|mom|a month ago|a month earlier',
    quarterAgo:
      'quarter before|quarter earlier|previous quarter|the quarter before|quarter over quarter|qoq|a quarter ago',
    yearAgo:
      'year before|a year ago|year ago|one year ago|a year before|a year earlier|year earlier|one year earlier|previous year|the previous year|the year before|prior year|year over year|year on year|yoy|same time last year|same period last year|same period of last year|same period a year ago|same period of the previous year|same month last year|same month of last year|same months of last year|same months last year|same month a year ago|same quarter last year|same quarter of last year|same week last year|same days last year|same day last year',
    periodAgo: 'previous period|period before|preceding period|prior period|same period before',
  },
  units: {
    day: 'day|days',
    week: 'week|weeks|calendar week|calendar weeks',
    month: 'month|months|calendar month|calendar months',
    quarter: 'quarter|quarters',
    half: 'half|half year|halves|semester',
    year: 'year|years|calendar year|calendar years',
  },
  adverbs: {
    day: 'daily|day by day',
    week: 'weekly|week by week',
    month: 'monthly|month by month',
    quarter: 'quarterly|quarter by quarter',
    year: 'yearly|annual|annually|year by year',
  },
  months: [
    'january|jan',
    'february|feb',
    'march|mar',
    'april|apr',
    'may',
    'june|jun',
    'july|jul',
    'august|aug',
    'september|sep|sept',
    'october|oct',
    'november|nov',
    'december|dec',
  ],
  numbers: [
    'one|a|an',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ],
  ordinals: ['first', 'second', 'third', 'fourth'],
  weekNumber: 'week|calendar week|cw|wk',
}
