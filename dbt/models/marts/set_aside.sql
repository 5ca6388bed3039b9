with columns_of_sources as (
    {{ declared_columns() }}
),

undated_sales as (
    select
        source_system,
        source_table,
        'sale' as entity,
        sale_id as row_key,
        'sale_date' as name,
        'row' as what,
        case
            when sale_date is not null then 'date_out_of_range'
            when strpos(',' || misfits || ',', ',sale_date,') > 0 then 'does_not_fit'
            else 'missing'
        end as reason,
        currency,
        quantity,
        amount
    from {{ ref('int_sale') }}
    where sale_date is null or not ({{ is_business_date('sale_date') }})
),

undated_returns as (
    select
        source_system,
        source_table,
        'return' as entity,
        return_id as row_key,
        'return_date' as name,
        'row' as what,
        case
            when return_date is not null then 'date_out_of_range'
            when strpos(',' || misfits || ',', ',return_date,') > 0 then 'does_not_fit'
            else 'missing'
        end as reason,
        cast(null as varchar) as currency,
        cast(null as decimal(19, 4)) as quantity,
        cast(null as decimal(19, 4)) as amount
    from {{ ref('stg_return') }}
    where return_date is null or not ({{ is_business_date('return_date') }})
),

undated_orders as (
    select
        source_system,
        source_table,
        'order' as entity,
        order_id as row_key,
        'ordered_at' as name,
        'value' as what,
        'date_out_of_range' as reason,
        cast(null as varchar) as currency,
        cast(null as decimal(19, 4)) as quantity,
        cast(null as decimal(19, 4)) as amount
    from {{ ref('stg_order') }}
    where given_date is not null and order_date is null
),

found as (
    select * from undated_sales
    union all
    select * from undated_orders
    union all
    select * from undated_returns
    union all
    {{ values_aside(ref('int_sale'), 'sale', 'sale_id', ['misfits', 'gaps']) }}
    union all
    {{ references_aside(ref('int_sale'), 'sale', 'sale_id', 'product_id', ref('dim_product'), 'product') }}
    union all
    {{ references_aside(ref('int_sale'), 'sale', 'sale_id', 'client_id', ref('dim_client'), 'client') }}
    union all
    {{ references_aside(ref('int_sale'), 'sale', 'sale_id', 'territory_id', ref('dim_territory'), 'territory') }}
    union all
    {{ values_aside(ref('stg_order'), 'order', 'order_id', ['misfits', 'gaps']) }}
    union all
    {{ references_aside(ref('stg_order'), 'order', 'order_id', 'client_id', ref('dim_client'), 'client') }}
    union all
    {{ references_aside(ref('stg_order'), 'order', 'order_id', 'territory_id', ref('dim_territory'), 'territory') }}
    union all
    {{ references_aside(ref('stg_order'), 'order', 'order_id', 'transporter_id', ref('dim_transporter'), 'transporter') }}
    union all
    {{ values_aside(ref('stg_order_item'), 'order_item', 'order_item_id', ['misfits', 'gaps']) }}
    union all
    {{ references_aside(ref('stg_order_item'), 'order_item', 'order_item_id', 'order_id', ref('stg_order'), 'order') }}
    union all
    {{ references_aside(ref('stg_order_item'), 'order_item', 'order_item_id', 'product_id', ref('dim_product'), 'product') }}
    union all
    {{ values_aside(ref('stg_product'), 'product', 'product_id') }}
    union all
    {{ references_aside(ref('stg_product'), 'product', 'product_id', 'category_id', ref('stg_category'), 'category') }}
    union all
    {{ references_aside(ref('stg_product'), 'product', 'product_id', 'subcategory_id', ref('stg_subcategory'), 'subcategory') }}
    union all
    {{ values_aside(ref('stg_client'), 'client', 'client_id') }}
    union all
    {{ values_aside(ref('stg_transporter'), 'transporter', 'transporter_id') }}
    union all
    {{ values_aside(ref('stg_return'), 'return', 'return_id', ['misfits', 'gaps']) }}
    union all
    {{ references_aside(ref('stg_return'), 'return', 'return_id', 'product_id', ref('dim_product'), 'product') }}
    union all
    {{ references_aside(ref('stg_return'), 'return', 'return_id', 'client_id', ref('dim_client'), 'client') }}
    union all
    {{ references_aside(ref('stg_return'), 'return', 'return_id', 'sale_id', ref('int_sale'), 'sale') }}
    union all
    {{ values_aside(ref('stg_inventory'), 'inventory', 'stock_id') }}
    union all
    {{ references_aside(ref('stg_inventory'), 'inventory', 'stock_id', 'product_id', ref('dim_product'), 'product') }}
    union all
    {{ values_aside(ref('stg_offer'), 'offer', 'offer_id') }}
    union all
    {{ references_aside(ref('stg_offer'), 'offer', 'offer_id', 'product_id', ref('dim_product'), 'product') }}
),

-- One line for each column of a row: the date for which a whole row is set aside is no second one.
final as (
    select
        found.source_system,
        found.source_table,
        found.entity,
        found.row_key,
        coalesce(columns_of_sources.column_name, found.name) as column_name,
        found.what,
        found.reason,
        found.currency,
        found.quantity,
        found.amount
    from found
    left join columns_of_sources
        on columns_of_sources.source_system = found.source_system
        and columns_of_sources.source_table = found.source_table
        and columns_of_sources.name = found.name
    where not (found.name in ('sale_date', 'return_date') and found.what <> 'row')
)

select * from final
