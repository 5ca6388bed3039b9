with changes as (
    {{ changes('subcategory', {
        'subcategory_id': 'id',
        'name': 'varchar',
        'category_id': 'id',
    }) }}
),

latest as (
    {{ latest('changes', ['subcategory_id']) }}
),

final as (
    select
        subcategory_id,
        name,
        category_id,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
