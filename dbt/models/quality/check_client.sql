with changes as (
    select * from {{ ref('hist_client') }}
    where op not in ('d', 't')
),

tables as (
    select * from {{ ref('source_table') }}
),

staged as (
    select * from {{ ref('stg_client') }}
),

orders as (
    select client_id, count(*) as order_count
    from {{ ref('check_order') }}
    where is_recent
    group by client_id
),

judged as (
    select
        changes.*,
        staged.client_id is not null as is_current,
        {{ is_captured_within(14, 'changes.changed_at', 'tables') }} as is_recent
    from changes
    left join tables
        on tables.source_system = changes.source_system and tables.source_table = changes.source_table
    left join staged
        on staged.client_id = changes.client_id and staged.source_position = changes.source_position
),

-- The last change of each client, and all that came before the last two weeks: what was corrected meanwhile is neither.
final as (
    select
        judged.client_id,
        judged.birth_year,
        judged.gender,
        judged.marital_status,
        judged.annual_income,
        judged.total_children,
        judged.education,
        judged.occupation,
        judged.email_hash,
        coalesce(
            cast(judged.birth_year as varchar), judged.gender, judged.marital_status,
            cast(judged.annual_income as varchar), judged.education, judged.occupation
        ) is not null as is_described,
        cast(coalesce(orders.order_count, 0) as bigint) as recent_order_count,
        judged.source_system,
        judged.changed_at,
        judged.is_current,
        judged.is_recent
    from judged
    left join orders on orders.client_id = judged.client_id
    where judged.is_current or not judged.is_recent
)

select * from final
