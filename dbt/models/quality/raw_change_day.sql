{%- set found = [] -%}
{%- for system, source in var('systems').items() -%}
    {%- for table, declared in source.tables.items() -%}
        {%- do found.append({'system': system, 'source': source, 'table': table, 'declared': declared}) -%}
    {%- endfor -%}
{%- endfor -%}

with changes as (
    {%- for each in found %}
    select
        {{ literal(each.system) }} as source_system,
        {{ literal(each.table) }} as source_table,
        {{ literal(each.declared.entity) }} as entity,
        _op as op,
        cast({{ to_local_time('_changed_at', literal(each.source.time_zone)) }} as date) as captured_day,
        _changed_at as changed_at
    from {{ raw(each.table, each.system) }} as captured
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for name in ['source_system', 'source_table', 'entity', 'op'] %}
        cast(null as varchar) as {{ name }},
        {%- endfor %}
        cast(null as date) as captured_day,
        cast(null as {{ instant_type() }}) as changed_at
    where 1 = 0
    {%- endfor %}
),

final as (
    select
        source_system,
        source_table,
        entity,
        op,
        captured_day,
        cast(count(*) as bigint) as row_count,
        min(changed_at) as first_at,
        max(changed_at) as last_at
    from changes
    group by source_system, source_table, entity, op, captured_day
)

select * from final
