with transporter as (
    select * from {{ ref('stg_transporter') }}
),

final as (
    select transporter_id, name, ship_base, ship_rate, currency, source_system
    from transporter
)

select * from final
