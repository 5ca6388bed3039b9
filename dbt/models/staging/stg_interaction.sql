with changes as (
    {{ changes('interaction') }}
),

-- Tables of anything else are of this entity too.
told as (
    select * from changes where interaction_id is not null or op = 't'
),

latest as (
    {{ latest('told', ['interaction_id']) }}
),

final as (
    select
        {{ columns_of('interaction') }},
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
