with lists as (
    select * from {{ ref('fct_proposition') }}
    where client_id is not null and experiment is not null and experiment_group is not null
),

clients as (
    select
        experiment,
        experiment_group,
        client_id,
        max(case when bought_count > 0 then 1 else 0 end) as has_bought
    from lists
    group by experiment, experiment_group, client_id
),

buyers as (
    select experiment, experiment_group, count(*) as client_count, sum(has_bought) as buyer_count
    from clients
    group by experiment, experiment_group
),

counted as (
    select
        experiment,
        experiment_group,
        min(proposed_date) as first_date,
        max(proposed_date) as last_date,
        count(*) as proposition_count,
        sum(case when click_count > 0 then 1 else 0 end) as clicked_count,
        sum(case when order_count > 0 then 1 else 0 end) as ordered_count
    from lists
    group by experiment, experiment_group
),

-- The first group by name, which the others are compared with.
compared as (
    select
        counted.*,
        buyers.client_count,
        buyers.buyer_count,
        first_value(counted.experiment_group) over by_name as first_group,
        first_value(buyers.client_count) over by_name as first_client_count,
        first_value(buyers.buyer_count) over by_name as first_buyer_count
    from counted
    join buyers on buyers.experiment = counted.experiment and buyers.experiment_group = counted.experiment_group
    window by_name as (partition by counted.experiment order by counted.experiment_group)
),

tested as (
    select
        *,
        experiment_group = first_group as is_first,
        {{ divide('buyer_count', 'client_count', 4) }} as buyer_share,
        {{ wilson('buyer_count', 'client_count', '-') }} as share_low,
        {{ wilson('buyer_count', 'client_count', '+') }} as share_high,
        {{ rounded('cast(buyer_count as double) / client_count - cast(first_buyer_count as double) / first_client_count') }} as difference,
        {{ newcombe('buyer_count', 'client_count', 'first_buyer_count', 'first_client_count', '-') }} as difference_low,
        {{ newcombe('buyer_count', 'client_count', 'first_buyer_count', 'first_client_count', '+') }} as difference_high
    from compared
),

final as (
    select
        experiment,
        experiment_group,
        first_date,
        last_date,
        cast(client_count as integer) as client_count,
        cast(proposition_count as integer) as proposition_count,
        cast(clicked_count as integer) as clicked_count,
        cast(ordered_count as integer) as ordered_count,
        cast(buyer_count as integer) as buyer_count,
        buyer_share,
        share_low,
        share_high,
        first_group,
        case when not is_first then difference end as difference,
        case when not is_first then difference_low end as difference_low,
        case when not is_first then difference_high end as difference_high,
        case
            when is_first then 'first'
            when difference_low > 0 then 'better'
            when difference_high < 0 then 'worse'
            else 'undecided'
        end as verdict
    from tested
)

select * from final
