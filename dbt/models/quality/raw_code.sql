{%- set codes = {'order': ['status'], 'client': ['gender', 'marital_status', 'education', 'occupation']} -%}

with
{%- for name in codes %}
{{ name }}_changes as (
    {{ changes(name) }}
),
{% endfor %}
codes as (
    {%- for name, columns in codes.items() %}
    {%- set last_entity = loop.last %}
    {%- for column in columns %}
    select source_system, source_table, '{{ column }}' as column_name, {{ column }} as code, changed_at
    from {{ name }}_changes
    where op not in ('d', 't') and {{ column }} is not null
    {{ 'union all' if not (last_entity and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

counted as (
    select
        source_system,
        source_table,
        column_name,
        {{ short_text('code') }} as code,
        count(*) as row_count,
        min(changed_at) as first_at
    from codes
    group by source_system, source_table, column_name, {{ short_text('code') }}
),

tables as (
    select * from {{ ref('source_table') }}
),

final as (
    select
        counted.source_system,
        counted.source_table,
        counted.column_name,
        counted.code,
        cast(counted.row_count as bigint) as row_count,
        counted.first_at,
        coalesce(
            counted.first_at > tables.first_read_at + interval '12' hour
            and counted.first_at > tables.covered_at - interval '3' day,
            false
        ) as is_new,
        cast(tables.rows_read as bigint) as rows_read
    from counted
    left join tables
        on tables.source_system = counted.source_system and tables.source_table = counted.source_table
)

select * from final
