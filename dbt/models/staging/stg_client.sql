with changes as (
    select * from {{ ref('hist_client') }}
),

latest as (
    {{ latest('changes', ['client_id']) }}
),

final as (
    select
        {{ columns_of('client') }},
        currency,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
