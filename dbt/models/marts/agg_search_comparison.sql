with latest as (
    select max(search_date) as search_date from {{ ref('fct_search') }} where ranking = 'interleaved'
),

searches as (
    select searches.*
    from {{ ref('fct_search') }} as searches
    join latest on searches.search_date > {{ days_after('latest.search_date', -var('search_days')) }}
    where searches.ranking = 'interleaved'
),

counted as (
    select
        'learned' as ranking,
        min(search_date) as first_date,
        max(search_date) as last_date,
        count(*) as search_count,
        sum(learned_click_count) as click_count,
        sum(plain_click_count) as plain_click_count,
        sum(case when preferred = 'learned' then 1 else 0 end) as preferred_count,
        sum(case when preferred = 'plain' then 1 else 0 end) as plain_preferred_count
    from searches
    having count(*) > 0
),

tested as (
    select
        *,
        {{ divide('preferred_count', '(preferred_count + plain_preferred_count)', 4) }} as preferred_share,
        {{ wilson('preferred_count', '(preferred_count + plain_preferred_count)', '-') }} as share_low,
        {{ wilson('preferred_count', '(preferred_count + plain_preferred_count)', '+') }} as share_high,
        {{ sign_test('preferred_count', 'plain_preferred_count') }} as p_value
    from counted
),

final as (
    select
        ranking,
        first_date,
        last_date,
        cast(search_count as integer) as search_count,
        cast(click_count as integer) as click_count,
        cast(plain_click_count as integer) as plain_click_count,
        cast(preferred_count as integer) as preferred_count,
        cast(plain_preferred_count as integer) as plain_preferred_count,
        preferred_share,
        share_low,
        share_high,
        p_value,
        case
            when p_value < 0.05 and preferred_count > plain_preferred_count then 'learned'
            when p_value < 0.05 then 'plain'
            else 'undecided'
        end as winner
    from tested
)

select * from final
