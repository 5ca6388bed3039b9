{#- Months of history that are shown beside the current one; purchases are counted over a month and the eleven before. -#}
{%- set shown_months = var('rfm_months') -%}
with business_days as (
    select * from {{ ref('int_business_day') }}
),

sales as (
    select
        sales.source_system,
        sales.client_id,
        sales.currency,
        sales.sale_date,
        coalesce(sales.order_id, sales.sale_id) as purchase,
        sales.amount
    from {{ ref('fct_sale') }} as sales
    join business_days
        on business_days.source_system = sales.source_system
        and sales.sale_date <= business_days.as_of_date
    where sales.client_id is not null
),

by_month as (
    select
        source_system,
        client_id,
        currency,
        {{ month_start('sale_date') }} as month_start,
        max(sale_date) as last_sold_date,
        min(sale_date) as first_sold_date,
        count(distinct purchase) as purchases,
        sum(amount) as amount
    from sales
    group by 1, 2, 3, 4
),

moments as (
    select distinct
        business_days.source_system,
        dates.month_start,
        case
            when dates.month_start = {{ month_start('business_days.as_of_date') }} then business_days.as_of_date
            else {{ days_after("dates.month_start + interval '1' month", -1) }}
        end as as_of_date,
        dates.month_start = {{ month_start('business_days.as_of_date') }} as is_current
    from business_days
    join {{ ref('dim_date') }} as dates
        on dates.date_day <= business_days.as_of_date
        and dates.month_start >= {{ month_start("business_days.as_of_date - interval '" ~ shown_months ~ "' month") }}
),

-- One who has bought nothing for a year has no quintile: recency, frequency and money are those of a year's clients.
active as (
    select
        moments.as_of_date,
        moments.is_current,
        by_month.source_system,
        by_month.client_id,
        by_month.currency,
        max(by_month.last_sold_date) as last_sold_date,
        sum(by_month.purchases) as purchases,
        sum(by_month.amount) as amount
    from moments
    join by_month
        on by_month.source_system = moments.source_system
        and by_month.month_start <= moments.month_start
        and by_month.month_start > cast(moments.month_start - interval '12' month as date)
    group by 1, 2, 3, 4, 5
),

first_sold as (
    select source_system, client_id, currency, min(first_sold_date) as first_sold_date
    from by_month
    group by 1, 2, 3
),

measured as (
    select
        active.*,
        first_sold.first_sold_date,
        date_diff('day', active.last_sold_date, active.as_of_date) as recency_days
    from active
    join first_sold
        on first_sold.source_system = active.source_system
        and first_sold.client_id = active.client_id
        and first_sold.currency = active.currency
),

-- Equal values are in one quintile, the lowest that they reach; 5 is best.
scored as (
    select
        *,
        {{ quintile('recency_days desc', 'source_system, currency, as_of_date') }} as recency,
        {{ quintile('purchases', 'source_system, currency, as_of_date') }} as frequency,
        {{ quintile('amount', 'source_system, currency, as_of_date') }} as money
    from measured
),

final as (
    select
        client_id,
        currency,
        as_of_date,
        is_current,
        cast(recency_days as integer) as recency_days,
        cast(purchases as integer) as purchase_count,
        cast(coalesce(amount, 0) as decimal(38, 4)) as amount,
        first_sold_date,
        last_sold_date,
        recency,
        frequency,
        money,
        case
            when recency >= 4 and frequency >= 4 then 'champion'
            when recency >= 3 and frequency >= 3 then 'loyal'
            when recency >= 4 and first_sold_date > {{ days_after('as_of_date', -91) }} then 'new'
            when recency >= 3 and money >= 4 then 'big_spender'
            when recency >= 3 then 'occasional'
            when frequency >= 4 or money >= 4 then 'at_risk'
            else 'leaving'
        end as segment,
        source_system
    from scored
)

select * from final
