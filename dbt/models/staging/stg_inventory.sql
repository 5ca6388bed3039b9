with changes as (
    select * from {{ ref('hist_inventory') }}
),

latest as (
    {{ latest('changes', ['stock_id']) }}
),

final as (
    select
        stock_id,
        product_id,
        location,
        quantity,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
