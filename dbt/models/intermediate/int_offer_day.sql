with changes as (
    select * from {{ ref('hist_offer') }}
),

offers as (
    {{ versions(
        'changes',
        key='offer_id',
        tracked=['discount', 'product_id', 'category', 'starts_at', 'ends_at', 'min_quantity'],
        overwritten=['description'],
    ) }}
),

-- What was there at the first snapshot counts from its own start on, what was entered later from that day on.
known as (
    select
        offers.source_system,
        case
            when offers.product_id is not null then 'product'
            when offers.category is not null then 'category'
            else 'all'
        end as scope,
        coalesce(offers.product_id, lower(trim(offers.category)), 'all') as target,
        offers.discount,
        offers.starts_at,
        offers.ends_at,
        case
            when offers.version = 1 and changes.op = 'r' then date '1900-01-01'
            else offers.opened_date
        end as known_from,
        coalesce(offers.closed_date, date '9999-12-31') as known_to
    from offers
    join changes
        on changes.source_system = offers.source_system
        and changes.source_table = offers.source_table
        and changes.source_position = offers.source_position
    where offers.discount > 0 and offers.discount <= 1
        and coalesce(offers.min_quantity, 0) <= 1
),

days as (
    select source_system, date_day from {{ ref('int_shop_day') }}
),

final as (
    select
        days.source_system,
        days.date_day,
        known.scope,
        known.target,
        max(known.discount) as discount
    from known
    join days
        on days.source_system = known.source_system
        and days.date_day >= known.known_from
        and days.date_day < known.known_to
        and days.date_day >= coalesce(cast(known.starts_at as date), date '1900-01-01')
        and days.date_day <= coalesce(cast(known.ends_at as date), date '9999-12-31')
    group by days.source_system, days.date_day, known.scope, known.target
)

select * from final
