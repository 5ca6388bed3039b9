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
    {%- set declared = systems[system].tables[table] -%}
    {#- Named in any case: with it lineage begins. -#}
    {%- set relation = source(system, declared.folder) -%}
    {%- set through = systems[system].through -%}
    (
        select
            {%- for name, column in declared.columns.items() %}
            {% if name not in declared.landed %}cast(null as {{ lake_type(column.type) }}) as {{ quoted(name) }}
            {%- elif column.type == 'timestamp' %}{{ to_millisecond(quoted(name)) }} as {{ quoted(name) }}
            {%- else %}{{ quoted(name) }}{% endif %},
            {%- endfor %}
            {%- for name, type in [('_op', 'string'), ('_position', 'string'), ('_changed_at', 'timestamp')] %}
            {% if declared.version is none %}cast(null as {{ lake_type(type) }}) as {{ name }}
            {%- elif type == 'timestamp' %}{{ to_millisecond(name) }} as {{ name }}
            {%- else %}{{ name }}{% endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if declared.version is none %}
        where 1 = 0
        {%- else %}
        from {{ adapter.dispatch('pinned')(relation, declared) }}
        {%- if through %}
        where _position <= '{{ through }}'
            or (_op = 'r' and _position < '{{ "%04x" | format(declared.epoch + 1) }}')
        {%- endif %}
        {%- endif %}
    )
{%- endmacro %}

{% macro default__pinned(relation, declared) -%}
    delta_scan('{{ declared.path | replace("'", "''") }}', version => {{ declared.version }})
{%- endmacro %}

{% macro trino__pinned(relation, declared) -%}
    {{ relation }} for version as of {{ declared.version }}
{%- endmacro %}

{#
    Up to when every change of a source's table had landed, as the build found it: what `dbt source freshness` measures. A
    table in which nobody changes anything is as fresh as the others.
#}
{% macro covered_at(node) -%}
    {%- set tables = var('systems')[node.source_name].tables.values() -%}
    {%- set table = tables | selectattr('folder', 'equalto', node.name) | first -%}
    select {{ instant_or_null(table.covered_at) }} as covered_at
{%- endmacro %}
