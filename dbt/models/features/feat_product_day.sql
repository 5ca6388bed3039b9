{#- A product that was not sold for so many days is not planned for. -#}
{%- set gone_days = 730 -%}
{%- set shown_days = var('feature_days') -%}
with shop_days as (
    select * from {{ ref('int_shop_day') }}
),

shops as (
    select distinct source_system, end_date from shop_days
),

sales as (
    select sales.product_id, sales.source_system, sales.sale_date, sales.quantity, sales.amount, sales.currency
    from {{ ref('fct_sale') }} as sales
    join shops on shops.source_system = sales.source_system and sales.sale_date <= shops.end_date
    where sales.product_id is not null
),

versions as (
    {{ versions_by_day(ref('dim_product'), 'product', more=['list_price', 'currency', 'category', 'subcategory']) }}
),

first_seen as (
    select product_id, min(changed_date) as first_seen_date
    from {{ ref('hist_product') }}
    where op <> 't'
    group by product_id
),

listed as (
    select
        product_id,
        max(case when is_current then 1 else 0 end) as is_listed,
        max(currency) as currency,
        count(list_price) as list_prices,
        count(*) as versions
    from {{ ref('dim_product') }}
    group by product_id
),

listing_systems as (
    select distinct source_system from {{ ref('dim_product') }}
),

sold as (
    select
        product_id,
        min(source_system) as source_system,
        min(sale_date) as first_sold_date,
        max(sale_date) as last_sold_date
    from sales
    group by product_id
),

products as (
    select
        sold.product_id,
        sold.source_system,
        sold.first_sold_date,
        case
            when first_seen.first_seen_date < sold.first_sold_date then first_seen.first_seen_date
            else sold.first_sold_date
        end as first_date,
        listed.currency,
        coalesce(listed.list_prices < listed.versions, true) as is_priced_by_sales,
        (listed.is_listed = 1 or listing_systems.source_system is null)
            and sold.last_sold_date > {{ days_after('shops.end_date', -gone_days) }} as is_planned_for
    from sold
    join shops on shops.source_system = sold.source_system
    left join first_seen on first_seen.product_id = sold.product_id
    left join listed on listed.product_id = sold.product_id
    left join listing_systems on listing_systems.source_system = sold.source_system
),

days as (
    select
        products.product_id,
        products.currency,
        products.is_priced_by_sales,
        date_diff('day', products.first_date, shop_days.date_day) as age_days,
        shop_days.*
    from products
    join shop_days
        on shop_days.source_system = products.source_system
        and shop_days.date_day >= products.first_sold_date
        and shop_days.date_day > {{ days_after('shop_days.end_date', -shown_days) }}
        and (products.is_planned_for or not shop_days.is_planned)
),

sold_by_day as (
    select product_id, sale_date, sum(quantity) as quantity
    from sales
    group by product_id, sale_date
),

returned_by_day as (
    select returns.product_id, returns.return_date, sum(returns.quantity) as quantity
    from {{ ref('fct_return') }} as returns
    join shops on shops.source_system = returns.source_system and returns.return_date <= shops.end_date
    group by returns.product_id, returns.return_date
),

-- Where there is no list price: what a unit was last sold for.
unit_amounts as (
    select
        sales.product_id,
        sales.sale_date,
        case
            when min(sales.currency) = max(sales.currency) then {{ divide('sum(sales.amount)', 'sum(sales.quantity)', 4) }}
        end as unit_amount,
        min(sales.currency) as currency
    from sales
    join products on products.product_id = sales.product_id and products.is_priced_by_sales
    where sales.quantity > 0 and sales.amount is not null
        and sales.currency = coalesce(products.currency, sales.currency)
    group by sales.product_id, sales.sale_date
),

sold_prices as (
    select
        *,
        coalesce(lead(sale_date) over (partition by product_id order by sale_date), date '9999-12-31') as to_date
    from unit_amounts
    where unit_amount is not null
),

-- Captured at that day: what is derived from later sales was not known then.
stock_by_day as (
    select product_id, snapshot_date, sum(quantity) as quantity
    from {{ ref('fct_inventory_snapshot') }}
    where basis = 'captured'
    group by product_id, snapshot_date
),

offer_systems as (
    select distinct source_system from {{ ref('hist_offer') }}
    {%- for system, source in var('systems').items() if source.tables.values() | selectattr('entity', 'equalto', 'offer') | list %}
    union distinct
    select {{ literal(system) }}
    {%- endfor %}
),

offer_days as (
    select * from {{ ref('int_offer_day') }}
),

described as (
    select
        days.*,
        coalesce(versions.list_price, sold_prices.unit_amount) as price,
        case when versions.list_price is null then sold_prices.currency else versions.currency end as price_currency,
        versions.category,
        versions.subcategory,
        lower(trim(versions.category)) as category_name,
        lower(trim(versions.subcategory)) as subcategory_name
    from days
    left join versions
        on versions.product_id = days.product_id
        and versions.from_date <= days.date_day
        and versions.to_date > days.date_day
    left join sold_prices
        on sold_prices.product_id = days.product_id
        and sold_prices.sale_date <= days.date_day
        and sold_prices.to_date > days.date_day
),

{#- What an offer may be for, and how a product's day says that it is it. -#}
{%- set scopes = {
    'of_product': ['product', 'described.product_id'],
    'of_category': ['category', 'described.category_name'],
    'of_subcategory': ['category', 'described.subcategory_name'],
    'of_all': ['all', "'all'"],
} %}

offered as (
    select
        described.*,
        case
            when offer_systems.source_system is not null
            then greatest(
                {%- for name in scopes %}
                coalesce({{ name }}.discount, cast(0 as decimal(19, 4))){{ ',' if not loop.last }}
                {%- endfor %}
            )
        end as discount
    from described
    left join offer_systems on offer_systems.source_system = described.source_system
    {%- for name, (scope, target) in scopes.items() %}
    left join offer_days as {{ name }}
        on {{ name }}.source_system = described.source_system
        and {{ name }}.date_day = described.date_day
        and {{ name }}.scope = '{{ scope }}'
        and {{ name }}.target = {{ target }}
    {%- endfor %}
),

final as (
    select
        offered.product_id,
        offered.date_day,
        offered.is_planned,
        offered.is_complete,
        offered.known_at,
        case when not offered.is_planned then try_cast(coalesce(sold_by_day.quantity, 0) as decimal(19, 4)) end as quantity,
        case when not offered.is_planned then try_cast(coalesce(returned_by_day.quantity, 0) as decimal(19, 4)) end as returned_quantity,
        offered.price,
        offered.price_currency as currency,
        offered.discount,
        coalesce(offered.discount > 0, false) as is_promotion,
        case when not offered.is_planned then try_cast(stock_by_day.quantity as decimal(19, 4)) end as stock_quantity,
        not offered.is_planned and coalesce(stock_by_day.quantity <= 0, false) as is_out_of_stock,
        offered.is_holiday,
        offered.holiday,
        offered.is_closed,
        cast(offered.age_days as integer) as age_days,
        offered.category,
        offered.subcategory,
        offered.source_system
    from offered
    left join sold_by_day
        on sold_by_day.product_id = offered.product_id and sold_by_day.sale_date = offered.date_day
    left join returned_by_day
        on returned_by_day.product_id = offered.product_id and returned_by_day.return_date = offered.date_day
    left join stock_by_day
        on stock_by_day.product_id = offered.product_id and stock_by_day.snapshot_date = offered.date_day
)

select * from final
