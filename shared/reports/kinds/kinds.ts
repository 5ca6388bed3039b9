import type { Language } from '../facts.ts'

/** One number of a report: of everything, or by a dimension. */
export type Asked = {
  metric: string
  by?: string
  /** Of a dimension: how many are told of. */
  most?: number
  compared: ('previous' | 'year_ago')[]
}

/** What a report is about: its numbers in their order, and whether it looks for what has happened in sales. */
export type ReportKind = {
  name: string
  titles: Record<Language, string>
  asked: Asked[]
  hasFindings: boolean
  /** Metrics by week or by a dimension, as pictures. */
  charts: { metric: string; by: string }[]
}

const BOTH = ['previous', 'year_ago'] as const

export const SALES_OVERVIEW: ReportKind = {
  name: 'sales-overview',
  titles: {
    en: 'Sales overview',
    de: 'Überblick über den Verkauf',
    fr: 'Aperçu des ventes',
    es: 'Resumen de ventas',
  },
  asked: [
    { metric: 'revenue', compared: [...BOTH] },
    { metric: 'orders', compared: [...BOTH] },
    { metric: 'units_sold', compared: [...BOTH] },
    { metric: 'buyers', compared: ['previous'] },
    { metric: 'revenue_per_order', compared: ['previous'] },
    { metric: 'returned_amount', compared: ['previous'] },
    { metric: 'revenue', by: 'category', most: 5, compared: ['previous'] },
    { metric: 'revenue', by: 'region', most: 5, compared: ['previous'] },
  ],
  hasFindings: true,
  charts: [
    { metric: 'revenue', by: 'week' },
    { metric: 'revenue', by: 'category' },
  ],
}

export const INVENTORY_STATUS: ReportKind = {
  name: 'inventory-status',
  titles: {
    en: 'Inventory status',
    de: 'Stand des Lagers',
    fr: 'État des stocks',
    es: 'Estado del inventario',
  },
  asked: [
    { metric: 'stock', compared: ['previous'] },
    { metric: 'stock', by: 'location', most: 5, compared: ['previous'] },
    { metric: 'stock', by: 'category', most: 5, compared: ['previous'] },
  ],
  hasFindings: false,
  charts: [{ metric: 'stock', by: 'category' }],
}

export const CLIENT_SEGMENTS: ReportKind = {
  name: 'client-segments',
  titles: {
    en: 'Client segments',
    de: 'Kundensegmente',
    fr: 'Segments de clientèle',
    es: 'Segmentos de clientes',
  },
  asked: [
    { metric: 'clients_by_segment', compared: [...BOTH] },
    { metric: 'clients_by_segment', by: 'segment', most: 12, compared: ['previous'] },
  ],
  hasFindings: false,
  charts: [{ metric: 'clients_by_segment', by: 'segment' }],
}

export const KINDS = [SALES_OVERVIEW, INVENTORY_STATUS, CLIENT_SEGMENTS]
