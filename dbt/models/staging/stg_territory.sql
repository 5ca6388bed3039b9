with changes as (
    {{ changes('territory') }}
),

latest as (
    {{ latest('changes', ['territory_id']) }}
),

final as (
    select
        {{ columns_of('territory') }},
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
