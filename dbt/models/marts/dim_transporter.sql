with transporter as (
    select * from {{ ref('stg_transporter') }}
),

final as (
    select
        transporter.transporter_id,
        transporter.name,
        transporter.ship_base,
        transporter.ship_rate,
        transporter.currency,
        {{ origin_of('transporter') }}
    from transporter
)

select * from final
