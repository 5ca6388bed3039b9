with territory as (
    select * from {{ ref('stg_territory') }}
),

final as (
    select territory_id, region, country, continent, source_system
    from territory
)

select * from final
