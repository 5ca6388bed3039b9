with changes as (
    {{ changes('category') }}
),

latest as (
    {{ latest('changes', ['category_id']) }}
),

final as (
    select
        {{ columns_of('category') }},
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
