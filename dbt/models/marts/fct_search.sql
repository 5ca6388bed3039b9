{#- Another query of the same client within so many minutes, where nothing was clicked, is the same question again. -#}
{%- set reformulated_minutes = 5 -%}
with told as (
    select * from {{ ref('stg_interaction') }}
),

searches as (
    select
        search_id,
        cast({{ to_local_time('occurred_at', "'UTC'") }} as date) as search_date,
        occurred_at as searched_at,
        client_id,
        {{ short_text("coalesce(language, 'und')") }} as language,
        query_key,
        coalesce(result_count, 0) as result_count,
        coalesce(result_offset, 0) as result_offset,
        shown,
        coalesce(ranking, 'plain') as ranking,
        teams,
        took_ms,
        {{ origin_of('told') }}
    from told
    where action = 'search' and interaction_id = search_id and occurred_at is not null
),

placed as (
    select
        told.search_id,
        told.action,
        searches.result_offset,
        searches.teams,
        {{ position_in('searches.shown', 'told.product_id') }} as place
    from told
    join searches on searches.search_id = told.search_id
    where told.action in ('click', 'order', 'dismiss')
),

outcomes as (
    select
        search_id,
        sum(case when action = 'click' then 1 else 0 end) as click_count,
        sum(case when action = 'order' then 1 else 0 end) as order_count,
        sum(case when action = 'dismiss' then 1 else 0 end) as dismiss_count,
        min(case when action = 'click' and place > 0 then result_offset + place end) as first_click_position,
        sum(case when action = 'click' and place > 0 and substr(teams, place, 1) = 'p' then 1 else 0 end) as plain_click_count,
        sum(case when action = 'click' and place > 0 and substr(teams, place, 1) = 'l' then 1 else 0 end) as learned_click_count
    from placed
    group by search_id
),

followed as (
    select
        search_id,
        lead(query_key) over (partition by client_id order by searched_at, search_id) as next_query_key,
        lead(searched_at) over (partition by client_id order by searched_at, search_id) as next_at
    from searches
    where client_id is not null and query_key is not null and result_offset = 0
),

measured as (
    select
        searches.*,
        coalesce(outcomes.click_count, 0) as click_count,
        coalesce(outcomes.order_count, 0) as order_count,
        coalesce(outcomes.dismiss_count, 0) as dismiss_count,
        outcomes.first_click_position,
        coalesce(outcomes.plain_click_count, 0) as plain_click_count,
        coalesce(outcomes.learned_click_count, 0) as learned_click_count,
        followed.search_id is not null as is_linkable,
        followed.next_query_key <> searches.query_key
            and followed.next_at <= searches.searched_at + interval '{{ reformulated_minutes }}' minute as is_asked_again
    from searches
    left join outcomes on outcomes.search_id = searches.search_id
    left join followed on followed.search_id = searches.search_id
),

final as (
    select
        search_id,
        search_date,
        searched_at,
        client_id,
        language,
        query_key,
        cast(case when result_offset = 0 then 1 else 0 end as integer) as search_count,
        cast(result_count as integer) as result_count,
        cast(result_offset as integer) as result_offset,
        shown,
        cast(case when result_offset = 0 and result_count = 0 then 1 else 0 end as integer) as found_nothing,
        took_ms,
        cast(click_count as integer) as click_count,
        cast(case when click_count > 0 and result_offset = 0 then 1 else 0 end as integer) as clicked,
        cast(order_count as integer) as order_count,
        cast(dismiss_count as integer) as dismiss_count,
        cast(first_click_position as integer) as first_click_position,
        {{ divide('1', 'first_click_position', 4) }} as reciprocal_rank,
        cast(case when is_linkable then 1 else 0 end as integer) as linkable,
        cast(case when is_asked_again and click_count = 0 and order_count = 0 then 1 else 0 end as integer) as reformulated,
        ranking,
        cast(plain_click_count as integer) as plain_click_count,
        cast(learned_click_count as integer) as learned_click_count,
        case
            when plain_click_count > learned_click_count then 'plain'
            when learned_click_count > plain_click_count then 'learned'
        end as preferred,
        {{ origin_of('measured') }}
    from measured
)

select * from final
