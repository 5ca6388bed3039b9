{# What builds set aside, each select with the columns of models/marts/set_aside.sql, the source's column by our name. #}

{# Values of a staging model that did not fit or, where it has such a list, are not there. #}
{% macro values_aside(model, entity, key, lists=['misfits']) -%}
    {%- set reasons = {'misfits': 'does_not_fit', 'gaps': 'missing'} -%}
    {%- for list in lists %}
    select
        source_system, source_table, '{{ entity }}' as entity, {{ key }} as row_key, listed.name as name,
        case when listed.name like '%\_id' escape '\' then 'reference' else 'value' end as what,
        '{{ reasons[list] }}' as reason,
        cast(null as varchar) as currency, cast(null as decimal(19, 4)) as quantity, cast(null as decimal(19, 4)) as amount
    from {{ model }} as given
    cross join unnest(split(given.{{ list }}, ',')) as listed (name)
    where given.{{ list }} <> ''
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Rows that point to something that is not there, in systems that have a table of such things. #}
{% macro references_aside(model, entity, key, column, target, to) -%}
    {%- set systems = [] -%}
    {%- for system, source in var('systems').items() -%}
        {%- if source.tables.values() | selectattr('entity', 'equalto', to) | list -%}
            {%- do systems.append(literal(system)) -%}
        {%- endif -%}
    {%- endfor %}
    select
        source_system, source_table, '{{ entity }}' as entity, {{ key }} as row_key, '{{ column }}' as name,
        'reference' as what, 'unknown_reference' as reason,
        cast(null as varchar) as currency, cast(null as decimal(19, 4)) as quantity, cast(null as decimal(19, 4)) as amount
    from {{ model }} as given
    where {{ column }} is not null
        and source_system in ({{ systems | join(', ') if systems else "''" }})
        and not exists (select 1 from {{ target }} as target where target.{{ column }} = given.{{ column }})
{%- endmacro %}

{# The source's own names of its columns: source_system, source_table, name, column_name. #}
{% macro declared_columns() -%}
    {%- set rows = [] -%}
    {%- for system, source in var('systems').items() -%}
        {%- for table, declared in source.tables.items() -%}
            {%- for column, each in declared.columns.items() -%}
                {%- do rows.append([system, table, each.as, column]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    select *
    from (
        values
        {%- for row in rows or [['', '', '', '']] %}
            ({{ literal(row[0]) }}, {{ literal(row[1]) }}, {{ literal(row[2]) }}, {{ literal(row[3]) }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as declared (source_system, source_table, name, column_name)
{%- endmacro %}
