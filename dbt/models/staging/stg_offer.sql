with changes as (
    select * from {{ ref('hist_offer') }}
),

latest as (
    {{ latest('changes', ['offer_id']) }}
),

final as (
    select
        {{ columns_of('offer') }},
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
