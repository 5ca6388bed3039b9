{#- Where clicks are reported at all, a search without one has failed by this share. -#}
{%- set unclicked = 0.25 -%}
with latest as (
    select max(search_date) as search_date from {{ ref('fct_search') }}
),

searches as (
    select searches.*
    from {{ ref('fct_search') }} as searches
    join latest on searches.search_date > {{ days_after('latest.search_date', -var('search_days')) }}
    where searches.query_key is not null
),

reported as (
    select max(click_count) as most_clicks from searches
),

counted as (
    select
        query_key,
        sum(search_count) as search_count,
        sum(found_nothing) as found_nothing_count,
        sum(reformulated) as reformulated_count,
        sum(clicked) as clicked_count,
        sum(click_count) as click_count,
        sum(order_count) as order_count,
        sum(case when found_nothing = 1 or reformulated = 1 then 1 else 0 end) as failed_count,
        sum(case when search_count = 1 and found_nothing = 0 and reformulated = 0 and clicked = 0 then 1 else 0 end) as unclicked_count,
        {{ average('first_click_position', 4) }} as first_click_position,
        max(searched_at) as last_searched_at
    from searches
    group by query_key
),

failed as (
    select
        counted.*,
        cast(
            counted.failed_count
            + case when reported.most_clicks > 0 then {{ unclicked }} * counted.unclicked_count else 0 end
            as decimal(14, 2)
        ) as failures
    from counted
    cross join reported
    where counted.search_count > 0
),

-- By how many failed, and by what share of all: two more that did not keep one failure in one from being the worst.
final as (
    select
        query_key,
        cast(search_count as integer) as search_count,
        cast(found_nothing_count as integer) as found_nothing_count,
        cast(reformulated_count as integer) as reformulated_count,
        cast(clicked_count as integer) as clicked_count,
        cast(click_count as integer) as click_count,
        cast(order_count as integer) as order_count,
        first_click_position,
        last_searched_at,
        {{ divide('failures * failures', 'search_count + 2', 4) }} as failing_score
    from failed
)

select * from final
