with changes as (
    {{ changes('category', {
        'category_id': 'id',
        'name': 'varchar',
    }) }}
),

latest as (
    {{ latest('changes', ['category_id']) }}
),

final as (
    select
        category_id,
        name,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
