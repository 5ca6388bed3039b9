with changes as (
    {{ changes('order_item') }}
),

latest as (
    {{ latest('changes', ['order_id', 'line_number']) }}
),

final as (
    select
        id_prefix || order_id || '-' || cast(line_number as varchar) as order_item_id,
        {{ columns_of('order_item') }},
        currency,
        system_currency,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
