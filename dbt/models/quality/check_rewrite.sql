{%- set line = "coalesce(cast(line_number as varchar), '')" -%}
{%- set entities = {
    'order': {
        'key': 'order_id',
        'date': 'ordered_at',
        'compared': ['order_number', 'client_id', 'territory_id', 'ordered_at'],
    },
    'order_item': {
        'key': "order_id || '-' || " ~ line,
        'date': 'cast(null as date)',
        'compared': ['product_id', 'quantity', 'unit_price'],
    },
    'sale': {
        'key': "coalesce(sale_id, order_id || '-' || " ~ line ~ ")",
        'date': 'sale_date',
        'compared': ['product_id', 'client_id', 'territory_id', 'sale_date', 'quantity', 'amount'],
    },
} -%}

with
{%- for name, entity in entities.items() %}
{{ name }}_changes as (
    select *, {{ entity.key }} as row_key
    from (
        {{ changes(name) }}
    ) as changes
),

-- Rows that were changed or deleted after they were read or created: only those are compared.
{{ name }}_touched as (
    select distinct source_system, source_table, row_key
    from {{ name }}_changes
    where op in ('u', 'd')
),

{{ name }}_steps as (
    select
        changes.source_system,
        changes.source_table,
        '{{ name }}' as entity,
        changes.row_key,
        changes.op,
        changes.changed_at,
        cast(lag({{ entity.date }}) over earlier as date) as business_date,
        lag(changes.op) over earlier as op_before,
        {%- for column in entity.compared %}
        changes.{{ column }} is distinct from lag(changes.{{ column }}) over earlier{{ ' or' if not loop.last }}
        {%- endfor %} as is_other
    from {{ name }}_changes as changes
    join {{ name }}_touched as touched
        on touched.source_system = changes.source_system
        and touched.source_table = changes.source_table
        and touched.row_key = changes.row_key
    window earlier as (
        partition by changes.source_system, changes.source_table, changes.row_key order by changes.source_position
    )
),
{% endfor %}
steps as (
    {%- for name in entities %}
    select * from {{ name }}_steps
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

tables as (
    select * from {{ ref('source_table') }}
),

final as (
    select
        steps.source_system,
        steps.source_table,
        steps.entity,
        steps.row_key,
        steps.op,
        steps.changed_at,
        steps.business_date,
        {{ is_captured_within(14, 'steps.changed_at', 'tables') }} as is_recent
    from steps
    left join tables on tables.source_system = steps.source_system and tables.source_table = steps.source_table
    where steps.op_before is not null
        and steps.op_before <> 'd'
        and (steps.op = 'd' or (steps.op = 'u' and steps.is_other))
)

select * from final
