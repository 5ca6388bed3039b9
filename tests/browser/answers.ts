import type { z } from 'zod'
import type { output as forecastAnswer } from '../../functions/forecast/forecast-demand/schema.ts'
import type { output as ordersAnswer } from '../../functions/forecast/plan-orders/schema.ts'
import type { Status as Given } from '../../functions/operate/show-status/status.ts'
import type { output as propositionsAnswer } from '../../functions/propositions/recommend-products/schema.ts'
import type { output as questionAnswer } from '../../functions/report/ask-report/schema.ts'
import type { output as sendAnswer } from '../../functions/report/send-report/schema.ts'
import type { searchesSchema } from '../../functions/report/show-searches/handler.ts'
import type { output as reportAnswer } from '../../functions/report/write-report/schema.ts'
import type { output as searchAnswer } from '../../functions/search/search-products/schema.ts'
import type {
  ForecastAnswer,
  OrdersAnswer,
  Product,
  PropositionsAnswer,
  QuestionAnswer,
  Status as Read,
  ReportAnswer,
  SearchesAnswer,
  SendAnswer,
} from '../../stacks/local/page/data/answers.ts'

/** The type check holds what the page reads of an answer against the schema that it is sent by. */
export const asRead = (status: Given): Read => status
export const asReadOfSearches = (answer: z.output<typeof searchesSchema>): SearchesAnswer => answer
export const asReadOfSearch = ({ results }: z.output<typeof searchAnswer>): Product[] => results
export const asReadOfForecast = (answer: z.output<typeof forecastAnswer>): ForecastAnswer => answer
export const asReadOfOrders = (answer: z.output<typeof ordersAnswer>): OrdersAnswer => answer
export const asReadOfPropositions = (answer: z.output<typeof propositionsAnswer>): PropositionsAnswer =>
  answer
export const asReadOfReport = (answer: z.output<typeof reportAnswer>): ReportAnswer => answer
export const asReadOfQuestion = (answer: z.output<typeof questionAnswer>): QuestionAnswer => answer
export const asReadOfSending = (answer: z.output<typeof sendAnswer>): SendAnswer => answer
