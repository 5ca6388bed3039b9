with changes as (
    {{ changes('territory', {
        'territory_id': 'id',
        'region': 'varchar',
        'country': 'varchar',
        'continent': 'varchar',
    }) }}
),

latest as (
    {{ latest('changes', ['territory_id']) }}
),

final as (
    select
        territory_id,
        region,
        country,
        continent,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
