{#- Days: how far back each day of the change history is shown, and how far before the first stock that was seen. -#}
{%- set shown_days = var('inventory_days') -%}
{%- set derived_days = var('inventory_days_before') -%}
with changes as (
    select * from {{ ref('hist_inventory') }}
),

stocks as (
    {{ versions('changes', key='stock_id', tracked=['quantity'], overwritten=['product_id', 'location']) }}
),

business_days as (
    select * from {{ ref('int_business_day') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

-- The last version of a day: earlier ones of that day are closed on it.
captured as (
    select
        dates.date_day as snapshot_date,
        stocks.stock_id,
        stocks.product_id,
        stocks.location,
        stocks.quantity,
        'captured' as basis,
        {{ origin_of('stocks') | replace('stocks.changed_at', 'stocks.opened_at as changed_at') }}
    from stocks
    join business_days on business_days.source_system = stocks.source_system
    join dates
        on dates.date_day >= stocks.opened_date
        and dates.date_day < coalesce(stocks.closed_date, {{ days_after('business_days.covered_date', 1) }})
        and dates.date_day <= business_days.covered_date
        and dates.date_day > {{ days_after('business_days.covered_date', -shown_days) }}
),

first_seen as (
    select
        *,
        count(*) over (partition by product_id) as locations
    from stocks
    where version = 1
),

-- Which location a sale was taken from is not known: only a product with one location is followed back.
days_before as (
    select
        dates.date_day as snapshot_date,
        first_seen.stock_id,
        first_seen.product_id,
        first_seen.location,
        first_seen.quantity,
        first_seen.opened_date,
        {{ origin_of('first_seen') | replace('first_seen.changed_at', 'first_seen.opened_at as changed_at') }}
    from first_seen
    join dates
        on dates.date_day < first_seen.opened_date
        and dates.date_day >= {{ days_after('first_seen.opened_date', -derived_days) }}
    where first_seen.locations = 1
),

moves as (
    select product_id, sale_date as moved_date, quantity as taken from {{ ref('fct_sale') }}
    union all
    select product_id, return_date, -quantity from {{ ref('fct_return') }}
),

derived as (
    select
        days_before.snapshot_date,
        days_before.stock_id,
        days_before.product_id,
        days_before.location,
        cast(days_before.quantity + coalesce(sum(moves.taken), 0) as decimal(19, 4)) as quantity,
        'derived' as basis,
        {{ origin_of('days_before') }}
    from days_before
    left join moves
        on moves.product_id = days_before.product_id
        and moves.moved_date > days_before.snapshot_date
        and moves.moved_date < days_before.opened_date
    group by
        days_before.snapshot_date, days_before.stock_id, days_before.product_id, days_before.location,
        days_before.quantity, {{ origin_of('days_before') }}
),

known as (
    select * from captured
    union all
    select * from derived
),

product_versions as (
    {{ versions_by_day(ref('dim_product'), 'product') }}
),

final as (
    select
        known.snapshot_date,
        known.stock_id,
        known.product_id,
        product_versions.product_key,
        known.location,
        known.quantity,
        known.basis,
        {{ origin_of('known') }}
    from known
    left join product_versions
        on product_versions.product_id = known.product_id
        and product_versions.from_date <= known.snapshot_date
        and product_versions.to_date > known.snapshot_date
)

select * from final
