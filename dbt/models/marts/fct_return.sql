with returns as (
    select * from {{ ref('stg_return') }}
    where {{ is_business_date('return_date') }}
),

sales as (
    select *, row_number() over (partition by order_id, line_number order by sale_id) as place
    from {{ ref('int_sale') }}
),

by_number as (
    select * from sales
),

by_line as (
    select * from sales
    where place = 1 and order_id is not null and line_number is not null
),

product_versions as (
    {{ versions_by_day(ref('dim_product'), 'product', more=['list_price']) }}
),

client_versions as (
    {{ versions_by_day(ref('dim_client'), 'client') }}
),

sold as (
    select
        returns.return_id,
        returns.return_date,
        coalesce(returns.sale_id, by_line.sale_id) as sale_id,
        coalesce(returns.order_id, by_number.order_id) as order_id,
        coalesce(returns.line_number, by_number.line_number) as line_number,
        coalesce(returns.product_id, by_number.product_id, by_line.product_id) as product_id,
        coalesce(returns.client_id, by_number.client_id, by_line.client_id) as client_id,
        coalesce(returns.territory_id, by_number.territory_id, by_line.territory_id) as territory_id,
        returns.quantity,
        returns.amount as given_amount,
        coalesce(by_number.amount, by_line.amount) as sold_amount,
        coalesce(by_number.quantity, by_line.quantity) as sold_quantity,
        case
            when returns.currency <> returns.system_currency then returns.currency
            else coalesce(by_number.currency, by_line.currency, returns.currency)
        end as currency,
        returns.reason,
        {{ origin_of('returns') }}
    from returns
    left join by_number on by_number.sale_id = returns.sale_id
    left join by_line
        on returns.sale_id is null
        and by_line.order_id = returns.order_id
        and by_line.line_number = returns.line_number
),

-- What came back counts as a positive amount. Where the source does not say it: at what was paid, else at the list price.
final as (
    select
        sold.return_id,
        sold.return_date,
        sold.sale_id,
        sold.order_id,
        sold.line_number,
        sold.product_id,
        product_versions.product_key,
        sold.client_id,
        client_versions.client_key,
        sold.territory_id,
        abs(sold.quantity) as quantity,
        cast(case
            when sold.given_amount is not null then abs(sold.given_amount)
            when sold.sold_quantity <> 0 and sold.sold_amount is not null
                then abs({{ divide('sold.sold_amount', 'sold.sold_quantity', 4) }} * sold.quantity)
            else abs(product_versions.list_price * sold.quantity)
        end as decimal(38, 4)) as amount,
        case
            when sold.given_amount is not null then 'given'
            when sold.sold_quantity <> 0 and sold.sold_amount is not null then 'sale'
            when product_versions.list_price is not null then 'list_price'
        end as amount_basis,
        sold.currency,
        sold.reason,
        {{ origin_of('sold') }}
    from sold
    left join product_versions
        on product_versions.product_id = sold.product_id
        and product_versions.from_date <= sold.return_date
        and product_versions.to_date > sold.return_date
    left join client_versions
        on client_versions.client_id = sold.client_id
        and client_versions.from_date <= sold.return_date
        and client_versions.to_date > sold.return_date
)

select * from final
