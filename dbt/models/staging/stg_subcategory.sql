with changes as (
    {{ changes('subcategory') }}
),

latest as (
    {{ latest('changes', ['subcategory_id']) }}
),

final as (
    select
        {{ columns_of('subcategory') }},
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
