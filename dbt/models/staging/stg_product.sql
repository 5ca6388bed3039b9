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
        subcategory_id,
        category_id,
        modified_at,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
