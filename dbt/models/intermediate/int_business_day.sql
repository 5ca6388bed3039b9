{#- The business date at each source up to which the build has its changes: that of its last change where it is not known. -#}
with covered as (
    {%- for system, source in var('systems').items() %}
        {%- for table in source.tables.values() if table.covered_at %}
    select
        {{ literal(system) }} as source_system,
        cast({{ to_local_time(instant_or_null(table.covered_at), literal(source.time_zone)) }} as date) as covered_date
    union all
        {%- endfor %}
    {%- endfor %}
    select source_system, changed_date as covered_date from {{ ref('hist_inventory') }}
    union all
    select source_system, changed_date from {{ ref('hist_product') }}
    union all
    select source_system, changed_date from {{ ref('int_sale') }}
),

days as (
    select source_system, max(covered_date) as covered_date
    from covered
    where source_system is not null
    group by source_system
),

sales as (
    select source_system, sale_date from {{ ref('int_sale') }}
),

sold as (
    select sales.source_system, max(sales.sale_date) as sold_date
    from sales
    join days on days.source_system = sales.source_system and sales.sale_date <= days.covered_date
    group by sales.source_system
),

final as (
    select
        days.source_system,
        days.covered_date,
        coalesce(sold.sold_date, days.covered_date) as as_of_date
    from days
    left join sold on sold.source_system = days.source_system
)

select * from final
