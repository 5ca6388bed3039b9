with changes as (
    {{ changes('sale') }}
),

-- A table of invoiced lines may have no number of its own.
keyed as (
    select *, coalesce(sale_id, id_prefix || order_id || '-' || cast(line_number as varchar)) as own_id
    from changes
),

latest as (
    {{ latest('keyed', ['own_id']) }}
),

final as (
    select
        own_id as sale_id,
        order_id,
        line_number,
        cast(sale_date as date) as sale_date,
        product_id,
        client_id,
        territory_id,
        quantity,
        amount,
        currency,
        system_currency,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at,
        changed_date
    from latest
)

select * from final
