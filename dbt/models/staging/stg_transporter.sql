with changes as (
    {{ changes('transporter') }}
),

latest as (
    {{ latest('changes', ['transporter_id']) }}
),

final as (
    select
        {{ columns_of('transporter') }},
        currency,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
