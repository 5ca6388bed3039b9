with territory as (
    select * from {{ ref('stg_territory') }}
),

final as (
    select
        territory.territory_id,
        territory.region,
        territory.country,
        territory.continent,
        {{ origin_of('territory') }}
    from territory
)

select * from final
