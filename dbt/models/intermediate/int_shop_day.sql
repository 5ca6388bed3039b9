{#- Days of history, of which the first serve to learn the weekdays; days that are planned; weeks by which a weekday is judged; days without a sale after which a shop is quiet. -#}
{%- set shown_days = var('feature_days') + 70 -%}
{%- set planned_days = var('planned_days') -%}
{%- set weeks = 8 -%}
{%- set quiet_days = 14 -%}
with zones as (
    {%- for system, source in var('systems').items() %}
    select {{ literal(system) }} as source_system, {{ literal(source.time_zone) }} as time_zone
    union all
    {%- endfor %}
    select cast(null as varchar) as source_system, cast(null as varchar) as time_zone
),

business_days as (
    select
        source_system,
        covered_date,
        case
            when date_diff('day', as_of_date, covered_date) <= {{ quiet_days }} then covered_date
            else as_of_date
        end as end_date
    from {{ ref('int_business_day') }}
),

sales as (
    select sales.source_system, sales.sale_date, sales.territory_id, sales.quantity
    from {{ ref('fct_sale') }} as sales
    join business_days
        on business_days.source_system = sales.source_system
        and sales.sale_date <= business_days.end_date
),

sold_days as (
    select source_system, sale_date
    from sales
    where quantity > 0
    group by source_system, sale_date
),

shops as (
    select business_days.source_system, business_days.covered_date, business_days.end_date, min(sales.sale_date) as first_sold_date
    from business_days
    join sales on sales.source_system = business_days.source_system
    group by business_days.source_system, business_days.covered_date, business_days.end_date
),

dates as (
    select date_day, day_of_week from {{ ref('dim_date') }}
),

days as (
    select
        shops.source_system,
        dates.date_day,
        dates.day_of_week,
        shops.end_date,
        dates.date_day > shops.end_date as is_planned,
        dates.date_day <= shops.end_date and dates.date_day < shops.covered_date as is_complete
    from shops
    join dates
        on dates.date_day >= shops.first_sold_date
        and dates.date_day > {{ days_after('shops.end_date', -shown_days) }}
        and dates.date_day <= {{ days_after('shops.end_date', planned_days) }}
),

territories as (
    select territory.territory_id, countries.country_code
    from {{ ref('dim_territory') }} as territory
    left join {{ ref('int_country') }} as countries on countries.name = lower(trim(territory.country))
    where territory.country is not null
),

country_sales as (
    select sales.source_system, territories.country_code, sales.sale_date, count(*) as line_count
    from sales
    join territories on territories.territory_id = sales.territory_id
    group by sales.source_system, territories.country_code, sales.sale_date
),

country_days as (
    select days.source_system, days.date_day, countries.country_code, holidays.name
    from (select distinct source_system, country_code from country_sales) as countries
    join {{ ref('int_holiday') }} as holidays on holidays.country_code = countries.country_code
    join days on days.source_system = countries.source_system and days.date_day = holidays.date_day
),

-- By the sales up to that day: what comes later moves no holiday of an earlier one.
shares as (
    select
        country_days.source_system,
        country_days.date_day,
        country_days.country_code,
        country_days.name,
        sum(case when country_sales.country_code = country_days.country_code then country_sales.line_count else 0 end) as line_count,
        sum(country_sales.line_count) as all_lines
    from country_days
    join country_sales
        on country_sales.source_system = country_days.source_system
        and country_sales.sale_date <= country_days.date_day
    group by country_days.source_system, country_days.date_day, country_days.country_code, country_days.name
),

ranked as (
    select
        *,
        sum(line_count) over (partition by source_system, date_day) as holiday_lines,
        row_number() over (partition by source_system, date_day order by line_count desc, name, country_code) as place
    from shares
),

holidays as (
    select source_system, date_day, name from ranked
    where place = 1 and 2 * holiday_lines >= all_lines
),

measured as (
    select
        days.*,
        holidays.name as holiday,
        sold_days.sale_date is not null as is_sold,
        case when sold_days.sale_date is null then 0 else 1 end as sold
    from days
    left join sold_days on sold_days.source_system = days.source_system and sold_days.sale_date = days.date_day
    left join holidays on holidays.source_system = days.source_system and holidays.date_day = days.date_day
),

counted as (
    select
        *,
        count(*) over weekday_before as weekdays,
        sum(sold) over weekday_before as sold_weekdays,
        count(*) over before as all_days,
        sum(sold) over before as all_sold
    from measured
    where is_complete
    window
        weekday_before as (
            partition by source_system, day_of_week order by date_day rows between {{ weeks - 1 }} preceding and current row
        ),
        before as (partition by source_system order by date_day rows between {{ 7 * weeks - 1 }} preceding and current row)
),

-- A weekday on which nothing is sold, while on the others something mostly is.
judged as (
    select
        *,
        weekdays >= {{ weeks // 2 }} and sold_weekdays = 0 and 2 * all_sold >= all_days - weekdays as is_weekday_off,
        row_number() over (partition by source_system, day_of_week order by date_day desc) as weekday_recency,
        row_number() over (partition by source_system, holiday order by date_day desc) as holiday_recency
    from counted
),

final as (
    select
        measured.source_system,
        measured.date_day,
        measured.end_date,
        measured.is_planned,
        measured.is_complete,
        case
            when not measured.is_planned
            then {{ to_instant('cast(' ~ days_after('measured.date_day', 1) ~ ' as ' ~ local_time_type() ~ ')', "coalesce(zones.time_zone, 'UTC')") }}
        end as known_at,
        measured.holiday is not null as is_holiday,
        measured.holiday,
        case
            when measured.is_sold then false
            when measured.is_complete then judged.is_weekday_off or measured.holiday is not null
            else coalesce(last_weekday.is_weekday_off, false) or coalesce(not last_holiday.is_sold, false)
        end as is_closed
    from measured
    left join zones on zones.source_system = measured.source_system
    left join judged
        on judged.source_system = measured.source_system and judged.date_day = measured.date_day
    left join judged as last_weekday
        on last_weekday.source_system = measured.source_system
        and last_weekday.day_of_week = measured.day_of_week
        and last_weekday.weekday_recency = 1
    left join judged as last_holiday
        on last_holiday.source_system = measured.source_system
        and last_holiday.holiday = measured.holiday
        and last_holiday.holiday_recency = 1
)

select * from final
