with changes as (
    select * from {{ ref('hist_product') }}
),

categories as (
    select * from {{ ref('stg_category') }}
),

subcategories as (
    select * from {{ ref('stg_subcategory') }}
),

-- By the name that they have now: a renamed category is the same one.
final as (
    select
        changes.product_id,
        changes.sku,
        changes.name,
        changes.model,
        changes.description,
        changes.color,
        changes.standard_cost,
        changes.list_price,
        coalesce(subcategories.name, changes.subcategory) as subcategory,
        coalesce(own_category.name, parent_category.name, changes.category) as category,
        changes.currency,
        changes.source_system,
        changes.source_table,
        changes.op,
        changes.source_position,
        changes.changed_at,
        changes.changed_date,
        changes.last_epoch
    from changes
    left join subcategories on subcategories.subcategory_id = changes.subcategory_id
    left join categories as own_category on own_category.category_id = changes.category_id
    left join categories as parent_category on parent_category.category_id = subcategories.category_id
)

select * from final
