import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretUrl } from '../config/index.ts'
import { makePlaces, type PlaceSettings } from './places.ts'

const DATASETS = [
  'source.shop.Sale',
  'cdc.shop.Sale',
  'lake.shop.Sale',
  'warehouse.fct_sale',
  'mart.fct_sale',
  'search.product',
]
const url = (text: string) => new SecretUrl(text)

function name(settings: Partial<PlaceSettings>): string[] {
  const sources = new Map([['shop', { url: url('postgres://u:secret@db.example/shop'), namespace: 'dbo' }]])
  const none = { STORE_URL: undefined, BUS_URL: undefined, OBJECTS_URL: undefined, WAREHOUSE_URL: undefined }
  const placeOf = makePlaces({ CORDAGE_HOME: '/srv/cordage', ...none, ...settings }, sources)
  return DATASETS.map(dataset => {
    const place = placeOf(dataset)
    return `${place.namespace} ${place.name}`
  })
}

test('datasets of an embedded installation have names that outlive a restart', () => {
  assert.deepEqual(name({}), [
    'postgres://db.example:5432 shop.dbo.Sale',
    'postgres://localhost cordage.bus.cdc.shop.Sale',
    'file /srv/cordage/objects/lake/cdc_shop/Sale',
    'duckdb:///srv/cordage/warehouse warehouse.main.fct_sale',
    'postgres://localhost cordage.mart.fct_sale',
    'postgres://localhost cordage.search.product',
  ])
})

test('datasets of a data centre have the names of its systems, and no password', () => {
  assert.deepEqual(
    name({
      STORE_URL: url('postgres://bi:secret@store.example:6432/bi'),
      BUS_URL: url('kafka://u:secret@one.example,two.example:9093?tls=true'),
      OBJECTS_URL: url('s3://key:secret@bucket/cordage?endpoint=https://s3.example'),
      WAREHOUSE_URL: url('trino://bi:secret@trino.example/lake/sales?ssl=true'),
    }),
    [
      'postgres://db.example:5432 shop.dbo.Sale',
      'kafka://one.example:9092 cdc.shop.Sale',
      's3://bucket cordage/lake/cdc_shop/Sale',
      'trino://trino.example:8080 lake.sales.fct_sale',
      'postgres://store.example:6432 bi.mart.fct_sale',
      'postgres://store.example:6432 bi.search.product',
    ],
  )
})
