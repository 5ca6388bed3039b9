import assert from 'node:assert/strict'

/** What job.py tells of each model. */
export type ModelLineage = {
  model: string
  reads: string[]
  columns: Record<string, [dataset: string, column: string][]> | null
}

/** Of columns that everybody knows, what they are made of; `lake` is the demo's system. */
const EDGES: Record<string, string[]> = {
  'stg_sale.amount': ['lake.adventureworks.Sale.Amount'],
  'stg_sale.sale_date': ['lake.adventureworks.Sale.SaleDate'],
  'stg_sale.sale_id': ['LineNumber', 'OrderID', 'SaleID'].map(name => `lake.adventureworks.Sale.${name}`),
  'stg_order_item.unit_price': ['lake.adventureworks.OrderItem.UnitPrice'],
  'stg_product.list_price': ['warehouse.hist_product.list_price'],
  'hist_product.list_price': ['lake.adventureworks.Product.ListPrice'],
  'hist_client.birth_year': ['lake.adventureworks.Client.BirthDate'],
  'int_sale.amount': ['warehouse.stg_sale.amount'],
  'fct_sale.amount': ['warehouse.int_sale.amount'],
  'fct_return.reason': ['warehouse.stg_return.reason'],
  'fct_sale.product_key': ['warehouse.dim_product.product_key'],
  'fct_sale.client_key': ['warehouse.dim_client.client_key'],
  'agg_sales_weekly.amount': ['warehouse.fct_sale.amount'],
  'agg_sales_weekly.category': ['warehouse.dim_product.category'],
  'agg_sales_weekly.week_start': ['warehouse.fct_return.return_date', 'warehouse.fct_sale.sale_date'],
  'agg_sales_weekly.returned_amount': ['warehouse.fct_return.amount'],
  'agg_sales_weekly.amount_per_order': ['warehouse.fct_sale.amount', 'warehouse.fct_sale.order_id'],
  'agg_sales_weekly.sale_count': [],
  'dim_product.list_price': ['warehouse.int_product_change.list_price'],
}

/** Whether every model was understood, and these edges are right. Other systems than the demo's are left out. */
export function checkColumnLineage(models: ModelLineage[]): void {
  const found = new Map(models.map(model => [model.model, model]))
  assert.deepEqual(
    models.filter(({ columns }) => !columns || Object.keys(columns).length === 0).map(({ model }) => model),
    [],
  )
  for (const [place, expected] of Object.entries(EDGES)) {
    const [model = '', column = ''] = place.split('.')
    const origins = found.get(model)?.columns?.[column]
    const own = origins
      ?.map(([dataset, name]) => `${dataset}.${name}`)
      .filter(name => !name.startsWith('lake.') || name.startsWith('lake.adventureworks.'))
    assert.deepEqual(own, expected, place)
  }
  assert.ok(found.get('fct_sale')?.reads.includes('warehouse.int_sale'))
  assert.ok(found.get('stg_sale')?.reads.includes('lake.adventureworks.Sale'))
}
