import type pg from 'pg'
import { dateOf, type History, type Line } from './history.ts'
import { makeRandom } from './random.ts'
import { isOn, retell, type Story } from './stories.ts'

type PlantOptions = {
  history: History
  stories: Story[]
  seed: number
  /** Days of history that the shop has. */
  days: number
  /** Days by which its dates move. */
  shift: number
}

/** Makes the stories true of the published files, which wait in tables of their names to be loaded. */
export async function plantStories(client: pg.Client, options: PlantOptions): Promise<void> {
  await plantInOrders(client, options)
  const date = (day: number) => dateOf(day + options.shift)
  for (const story of options.stories)
    if (story.kind === 'price_rise')
      await client.query('update product set list_price = $2 where product_id = $1', [
        story.product,
        story.newPrice,
      ])
    else if (story.kind === 'promotion')
      await client.query(`insert into special_offer values ($1, $2, $3, 'Promotion', $4, $5, $6, 0, null)`, [
        story.offer,
        story.description,
        story.discount,
        story.subcategory,
        date(story.from),
        date(story.to),
      ])
    else if (story.kind === 'stock_out' && isOn(story, 0))
      await client.query('update inventory set quantity = 0 where product_id = $1', [story.product])
}

const toRow = (line: Line) => ({
  order_number: `SO${line.order}`,
  line_number: line.number,
  order_date: dateOf(line.day),
  product_id: line.product,
  client_id: line.client,
  territory_id: line.territory,
  quantity: line.quantity,
  old_price: line.listPrice,
  discount: line.discount,
})

async function plantInOrders(client: pg.Client, { history, days, ...options }: PlantOptions): Promise<void> {
  const telling = { ...options, products: history.products, random: makeRandom(options.seed) }
  const before: Line[] = []
  const after: Line[] = []
  for (const line of history.lines) {
    if (line.day <= -days) continue
    const told = retell(line, telling)
    if (told[0] === line && told.length === 1) continue
    before.push(line)
    after.push(...told)
  }
  await client.query(
    `delete from order_line l using jsonb_to_recordset($1) as r(order_number text, line_number text)
     where l.order_number = r.order_number and l.line_number = r.line_number`,
    [JSON.stringify(before.map(toRow))],
  )
  await client.query('insert into order_line select * from jsonb_populate_recordset(null::order_line, $1)', [
    JSON.stringify(after.map(toRow)),
  ])
}
