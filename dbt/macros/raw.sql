{#
    A Delta table of the lake at the version that this build pinned, as a relation to select from: its declared columns
    by the source's names, then `_op _position _changed_at`; instants to the millisecond. What is declared but has not landed yet, a column or the
    whole table, is there as well: null, or empty.
    Tables land one by one: what landed after the position up to which all of them are complete is left out, so that a
    sale never shows without its client. Snapshot rows (`r`) are all of one instant, before any change of their epoch.
#}
{% macro raw(table, system=none) %}
    {%- set systems = var('systems') -%}
    {%- set system = system or (systems.keys() | list | first) -%}
    {%- set source = systems[system].tables[table] -%}
    {%- set through = systems[system].through -%}
    (
        select
            {%- for name, column in source.columns.items() %}
            {% if name not in source.landed %}cast(null as {{ lake_type(column.type) }}) as {{ quoted(name) }}
            {%- elif column.type == 'timestamp' %}{{ to_millisecond(quoted(name)) }} as {{ quoted(name) }}
            {%- else %}{{ quoted(name) }}{% endif %},
            {%- endfor %}
            {%- for name, type in [('_op', 'string'), ('_position', 'string'), ('_changed_at', 'timestamp')] %}
            {% if source.version is none %}cast(null as {{ lake_type(type) }}) as {{ name }}
            {%- elif type == 'timestamp' %}{{ to_millisecond(name) }} as {{ name }}
            {%- else %}{{ name }}{% endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if source.version is none %}
        where 1 = 0
        {%- else %}
        from {{ adapter.dispatch('pinned')(system, table, source) }}
        {%- if through %}
        where _position <= '{{ through }}'
            or (_op = 'r' and _position < '{{ "%04x" | format(source.epoch + 1) }}')
        {%- endif %}
        {%- endif %}
    )
{%- endmacro %}

{% macro default__pinned(system, table, source) -%}
    delta_scan('{{ source.path | replace("'", "''") }}', version => {{ source.version }})
{%- endmacro %}

{% macro trino__pinned(system, table, source) -%}
    "{{ env_var('TRINO_CATALOG', 'lake') }}"."cdc_{{ system }}"."{{ source.folder | lower }}" for version as of {{ source.version }}
{%- endmacro %}
