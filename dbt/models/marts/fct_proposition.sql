{#- What was shown is bought because of it, if at all, within so many days. -#}
{%- set bought_days = 14 -%}
with told as (
    select * from {{ ref('stg_interaction') }}
),

lists as (
    select
        proposition_id,
        cast({{ to_local_time('occurred_at', "'UTC'") }} as date) as proposed_date,
        occurred_at as proposed_at,
        client_id,
        coalesce(asked_for, 'nobody') as asked_for,
        asked_products,
        {{ short_text('experiment') }} as experiment,
        {{ short_text('experiment_group') }} as experiment_group,
        model,
        model_version,
        coalesce(result_count, 0) as shown_count,
        shown,
        took_ms,
        {{ origin_of('told') }}
    from told
    where action = 'propose' and interaction_id = proposition_id and occurred_at is not null
),

outcomes as (
    select
        proposition_id,
        sum(case when action = 'click' then 1 else 0 end) as click_count,
        sum(case when action = 'order' then 1 else 0 end) as order_count,
        sum(case when action = 'dismiss' then 1 else 0 end) as dismiss_count
    from told
    where action in ('click', 'order', 'dismiss') and proposition_id is not null
    group by proposition_id
),

purchases as (
    select client_id, product_id, interaction_date, occurred_at
    from {{ ref('fct_client_interaction') }}
    where kind = 'purchase' and client_id is not null and product_id is not null
),

-- After the list was shown, by the moment where that is known.
bought as (
    select lists.proposition_id, count(distinct purchases.product_id) as bought_count
    from lists
    join purchases
        on purchases.client_id = lists.client_id
        and purchases.interaction_date between {{ days_after('lists.proposed_date', -1) }}
            and {{ days_after('lists.proposed_date', bought_days + 1) }}
    where
        case
            when purchases.occurred_at is not null
                then purchases.occurred_at > lists.proposed_at
                    and purchases.occurred_at <= lists.proposed_at + interval '{{ bought_days }}' day
            else purchases.interaction_date between lists.proposed_date and {{ days_after('lists.proposed_date', bought_days) }}
        end
        and {{ position_in('lists.shown', 'purchases.product_id') }} > 0
    group by lists.proposition_id
),

final as (
    select
        lists.proposition_id,
        lists.proposed_date,
        lists.proposed_at,
        lists.client_id,
        lists.asked_for,
        lists.asked_products,
        lists.experiment,
        lists.experiment_group,
        lists.model,
        lists.model_version,
        cast(lists.shown_count as integer) as shown_count,
        lists.shown,
        lists.took_ms,
        cast(coalesce(outcomes.click_count, 0) as integer) as click_count,
        cast(coalesce(outcomes.order_count, 0) as integer) as order_count,
        cast(coalesce(outcomes.dismiss_count, 0) as integer) as dismiss_count,
        cast(case when lists.client_id is not null then coalesce(bought.bought_count, 0) end as integer) as bought_count,
        {{ origin_of('lists') }}
    from lists
    left join outcomes on outcomes.proposition_id = lists.proposition_id
    left join bought on bought.proposition_id = lists.proposition_id
)

select * from final
