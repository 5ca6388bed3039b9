with changes as (
    select * from {{ ref('hist_product') }}
),

latest as (
    {{ latest('changes', ['product_id']) }}
),

final as (
    select
        product_id,
        sku,
        name,
        model,
        description,
        color,
        standard_cost,
        list_price,
        currency,
        subcategory,
        category,
        modified_at,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
