{%- set reporting = literal(var('reporting_currency') or '') -%}
with rates as (
    select * from {{ ref('stg_exchange_rate') }}
    where rate > 0 and {{ is_business_date('rate_date') }}
),

given as (
    select from_currency as currency, rate_date, rate, 1 as preference
    from rates
    where to_currency = {{ reporting }} and from_currency <> {{ reporting }}
    union all
    select to_currency, rate_date, cast({{ divide('1', 'rate', 10) }} as decimal(18, 10)), 2
    from rates
    where from_currency = {{ reporting }} and to_currency <> {{ reporting }}
),

ranked as (
    select *, row_number() over (partition by currency, rate_date order by preference, rate) as place
    from given
),

final as (
    select
        currency,
        rate_date as from_date,
        coalesce(lead(rate_date) over (partition by currency order by rate_date), date '9999-12-31') as to_date,
        rate
    from ranked
    where place = 1
    union all
    select {{ reporting }}, date '1900-01-01', date '9999-12-31', cast(1 as decimal(18, 10))
    where {{ reporting }} <> ''
)

select * from final
