with changes as (
    select * from {{ ref('int_product_change') }}
    where op <> 't'
),

tables as (
    select * from {{ ref('source_table') }}
),

staged as (
    select * from {{ ref('stg_product') }}
),

judged as (
    select
        changes.*,
        {{ is_captured_within(14, 'changes.changed_at', 'tables') }} as is_captured_lately,
        {{ is_captured_within(2, 'changes.changed_at', 'tables') }} as is_captured_now
    from changes
    left join tables
        on tables.source_system = changes.source_system and tables.source_table = changes.source_table
),

-- What was true before the last two days: products that change together show against it.
before as (
    select source_system, product_id, category, list_price, name
    from (
        select
            *,
            row_number() over (partition by source_system, product_id order by source_position desc) as recency
        from judged
        where not is_captured_now and op <> 'd'
    ) as ranked
    where recency = 1
),

-- The last change of each product, and all that came before the last two weeks: what was corrected meanwhile is neither.
final as (
    select
        judged.product_id,
        judged.sku,
        judged.name,
        judged.description,
        judged.list_price,
        judged.standard_cost,
        judged.category,
        judged.subcategory,
        judged.source_system,
        judged.changed_at,
        staged.product_id is not null as is_current,
        judged.is_captured_lately as is_recent,
        before.category as category_before,
        before.name as name_before,
        before.product_id is not null as was_there,
        {{ divide('judged.list_price', 'before.list_price', 4) }} as price_factor
    from judged
    left join staged
        on staged.product_id = judged.product_id and staged.source_position = judged.source_position
    left join before on before.source_system = judged.source_system and before.product_id = judged.product_id
    where judged.op <> 'd' and (staged.product_id is not null or not judged.is_captured_lately)
)

select * from final
