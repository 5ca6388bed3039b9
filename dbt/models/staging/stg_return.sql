with changes as (
    {{ changes('return') }}
),

-- What was returned may have no number of its own: then a line is returned once.
keyed as (
    select *, coalesce(return_id, sale_id, id_prefix || order_id || '-' || cast(line_number as varchar)) as own_id
    from changes
),

latest as (
    {{ latest('keyed', ['own_id']) }}
),

final as (
    select
        own_id as return_id,
        cast(return_date as date) as return_date,
        sale_id,
        order_id,
        line_number,
        product_id,
        client_id,
        territory_id,
        quantity,
        amount,
        currency,
        system_currency,
        reason,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
