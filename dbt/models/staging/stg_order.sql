with changes as (
    {{ changes('order') }}
),

latest as (
    {{ latest('changes', ['order_id']) }}
),

dated as (
    select
        *,
        cast({{ to_local_time('ordered_at', 'time_zone') }} as date) as given_date
    from latest
),

final as (
    select
        order_id,
        order_number,
        ordered_at,
        given_date,
        case when {{ is_business_date('given_date') }} then given_date end as order_date,
        client_id,
        territory_id,
        transporter_id,
        status,
        currency,
        system_currency,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at
    from dated
)

select * from final
