with changes as (
    select * from {{ ref('hist_product') }}
),

latest as (
    {{ latest('changes', ['product_id']) }}
),

final as (
    select
        {{ columns_of('product') }},
        currency,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
