with changes as (
    select * from {{ ref('int_product_change') }}
),

versions as (
    {{ versions(
        'changes',
        key='product_id',
        tracked=['name', 'model', 'color', 'standard_cost', 'list_price', 'subcategory', 'category'],
        overwritten=['sku', 'description', 'currency'],
    ) }}
),

final as (
    select
        version_key as product_key,
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
        version,
        valid_from,
        valid_to,
        valid_from_date,
        is_current,
        source_system,
        source_table,
        source_position,
        opened_at as changed_at
    from versions
)

select * from final
