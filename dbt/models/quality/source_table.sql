{%- set tables = [] -%}
{%- for system, source in var('systems').items() -%}
    {%- for table, declared in source.tables.items() -%}
        {%- do tables.append({'system': system, 'source': source, 'table': table, 'declared': declared}) -%}
    {%- endfor -%}
{%- endfor -%}

with declared as (
    {%- for each in tables %}
    select
        {{ literal(each.system) }} as source_system,
        {{ literal(each.table) }} as source_table,
        {{ literal(each.declared.entity) }} as entity,
        {{ literal(each.source.time_zone) }} as time_zone,
        {{ instant_or_null(each.declared.covered_at) }} as covered_at
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for name in ['source_system', 'source_table', 'entity', 'time_zone'] %}
        cast(null as varchar) as {{ name }},
        {%- endfor %}
        {{ instant_or_null(none) }} as covered_at
    where 1 = 0
    {%- endfor %}
),

changes as (
    select
        source_system,
        source_table,
        min(case when op = 'r' then first_at end) as first_read_at,
        max(case when op = 'r' then last_at end) as last_read_at,
        sum(case when op = 'r' then row_count else 0 end) as rows_read,
        sum(case when op <> 'r' then row_count else 0 end) as changes
    from {{ ref('raw_change_day') }}
    group by source_system, source_table
),

-- A system is covered up to the least of its tables: what comes after is in no model.
reached as (
    select source_system, min(covered_at) as covered_at
    from declared
    group by source_system
),

final as (
    select
        declared.source_system,
        declared.source_table,
        declared.entity,
        declared.time_zone,
        reached.covered_at,
        {{ to_local_time('reached.covered_at', 'declared.time_zone') }} as covered_local,
        cast(cast({{ to_local_time('reached.covered_at', 'declared.time_zone') }} as date) - interval '1' day as date) as whole_through,
        changes.first_read_at,
        changes.last_read_at,
        cast(coalesce(changes.rows_read, 0) as bigint) as rows_read,
        cast(coalesce(changes.changes, 0) as bigint) as changes
    from declared
    join reached on reached.source_system = declared.source_system
    left join changes
        on changes.source_system = declared.source_system and changes.source_table = declared.source_table
)

select * from final
