with told as (
    select * from {{ ref('stg_interaction') }}
),

-- What showed products: a search, or a list of propositions.
shown as (
    select interaction_id, client_id
    from told
    where (action = 'search' and interaction_id = search_id) or (action = 'propose' and interaction_id = proposition_id)
),

shown_to as (
    select interaction_id, min(client_id) as client_id
    from shown
    group by interaction_id
),

clicks as (
    select coalesce(proposition_id, search_id) as shown_by, count(*) as click_count
    from told
    where action = 'click' and coalesce(proposition_id, search_id) is not null
    group by coalesce(proposition_id, search_id)
),

-- Ordered lines; of a source without any, or of an order that is not there, what was invoiced.
ordered as (
    select
        'purchase-' || order_item_id as interaction_key,
        'purchase' as kind,
        order_date as interaction_date,
        ordered_at as occurred_at,
        client_id,
        product_id,
        order_id,
        line_number,
        cast(null as varchar) as sale_id,
        quantity,
        amount,
        currency,
        {{ origin_of('items') }}
    from {{ ref('fct_order_item') }} as items
    where order_date is not null
),

invoiced as (
    select
        'purchase-' || sales.sale_id as interaction_key,
        'purchase' as kind,
        sales.sale_date as interaction_date,
        cast(null as {{ instant_type() }}) as occurred_at,
        sales.client_id,
        sales.product_id,
        sales.order_id,
        sales.line_number,
        sales.sale_id,
        sales.quantity,
        cast(sales.amount as decimal(38, 4)) as amount,
        sales.currency,
        {{ origin_of('sales') }}
    from {{ ref('fct_sale') }} as sales
    left join (select distinct order_id from ordered) as known on known.order_id = sales.order_id
    where known.order_id is null
),

returned as (
    select
        'return-' || return_id as interaction_key,
        'return' as kind,
        return_date as interaction_date,
        cast(null as {{ instant_type() }}) as occurred_at,
        client_id,
        product_id,
        order_id,
        line_number,
        sale_id,
        quantity,
        amount,
        currency,
        {{ origin_of('returns') }}
    from {{ ref('fct_return') }} as returns
),

traded as (
    select * from ordered
    union all
    select * from invoiced
    union all
    select * from returned
),

final as (
    select
        interaction_key,
        kind,
        interaction_date,
        occurred_at,
        client_id,
        product_id,
        order_id,
        line_number,
        sale_id,
        case when kind = 'return' then substr(interaction_key, 8) end as return_id,
        quantity,
        amount,
        currency,
        cast(null as varchar) as interaction_id,
        cast(null as varchar) as search_id,
        cast(null as varchar) as proposition_id,
        cast(null as varchar) as language,
        cast(null as integer) as result_count,
        cast(null as integer) as click_count,
        {{ origin_of('traded') }}
    from traded
    union all
    select
        told.action || '-' || told.interaction_id as interaction_key,
        told.action as kind,
        cast({{ to_local_time('told.occurred_at', "'UTC'") }} as date) as interaction_date,
        told.occurred_at,
        coalesce(told.client_id, shown_to.client_id) as client_id,
        told.product_id,
        cast(null as varchar) as order_id,
        cast(null as bigint) as line_number,
        cast(null as varchar) as sale_id,
        cast(null as varchar) as return_id,
        cast(null as decimal(19, 4)) as quantity,
        cast(null as decimal(38, 4)) as amount,
        cast(null as varchar) as currency,
        told.interaction_id,
        told.search_id,
        told.proposition_id,
        told.language,
        told.result_count,
        case when told.action in ('search', 'propose') then cast(coalesce(clicks.click_count, 0) as integer) end as click_count,
        {{ origin_of('told') }}
    from told
    left join clicks on clicks.shown_by = coalesce(told.proposition_id, told.search_id)
    left join shown_to on shown_to.interaction_id = coalesce(told.proposition_id, told.search_id)
    where told.action is not null and told.occurred_at is not null
)

select * from final
