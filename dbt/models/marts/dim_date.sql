with business_dates as (
    select order_date as date_day from {{ ref('stg_order') }}
    union all
    select sale_date from {{ ref('int_sale') }} where {{ is_business_date('sale_date') }}
    union all
    select return_date from {{ ref('stg_return') }} where {{ is_business_date('return_date') }}
    union all
    select covered_date from {{ ref('int_business_day') }}
),

bounds as (
    select
        {{ week_start("date_trunc('year', min(date_day))") }} as first_day,
        cast(date_trunc('year', max(date_day)) + interval '2' year as date) as end_day
    from business_dates
),

digits as (
    select digit from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as ten (digit)
),

numbers as (
    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands
),

days as (
    select cast(bounds.first_day + numbers.day_number * interval '1' day as date) as date_day
    from bounds
    join numbers on numbers.day_number < date_diff('day', bounds.first_day, bounds.end_day)
),

weeks as (
    select
        date_day,
        {{ week_start('date_day') }} as week_start
    from days
),

-- An ISO week belongs to the year of its Thursday.
final as (
    select
        date_day,
        cast(extract(year from date_day) as integer) as year,
        cast(extract(quarter from date_day) as integer) as quarter,
        cast(extract(month from date_day) as integer) as month,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast(date_diff('day', week_start, date_day) + 1 as integer) as day_of_week,
        date_diff('day', week_start, date_day) >= 5 as is_weekend,
        week_start,
        cast(extract(year from week_start + interval '3' day) as integer) as iso_year,
        cast(extract(week from date_day) as integer) as iso_week,
        {{ month_start('date_day') }} as month_start
    from weeks
)

select * from final
