with searches as (
    select * from {{ ref('fct_search') }}
),

timed as (
    select
        search_date,
        language,
        took_ms,
        row_number() over (partition by search_date, language order by took_ms, search_id) as nth,
        count(*) over (partition by search_date, language) as of_all
    from searches
    where took_ms is not null
),

slow as (
    select
        search_date,
        language,
        min(case when 100 * nth >= 95 * of_all then took_ms end) as took_ms_p95
    from timed
    group by search_date, language
),

counted as (
    select
        search_date,
        language,
        sum(search_count) as search_count,
        sum(found_nothing) as found_nothing_count,
        sum(clicked) as clicked_count,
        sum(click_count) as click_count,
        sum(order_count) as order_count,
        {{ average('first_click_position', 4) }} as first_click_position,
        {{ average('reciprocal_rank', 4) }} as mean_reciprocal_rank,
        sum(linkable) as linkable_count,
        sum(reformulated) as reformulated_count
    from searches
    group by search_date, language
),

final as (
    select
        counted.search_date,
        counted.language,
        cast(counted.search_count as integer) as search_count,
        cast(counted.found_nothing_count as integer) as found_nothing_count,
        {{ divide('counted.found_nothing_count', 'counted.search_count', 4) }} as zero_result_rate,
        cast(counted.clicked_count as integer) as clicked_count,
        {{ divide('counted.clicked_count', 'counted.search_count', 4) }} as click_through_rate,
        cast(counted.click_count as integer) as click_count,
        cast(counted.order_count as integer) as order_count,
        counted.first_click_position,
        counted.mean_reciprocal_rank,
        cast(counted.linkable_count as integer) as linkable_count,
        cast(counted.reformulated_count as integer) as reformulated_count,
        {{ divide('counted.reformulated_count', 'counted.linkable_count', 4) }} as reformulation_rate,
        slow.took_ms_p95
    from counted
    left join slow on slow.search_date = counted.search_date and slow.language = counted.language
)

select * from final
