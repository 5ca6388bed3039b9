with changes as (
    {{ changes('inventory') }}
),

latest as (
    {{ latest('changes', ['product_id', 'location']) }}
),

tables as (
    select * from {{ ref('source_table') }}
),

judged as (
    select
        changes.product_id,
        {{ short_text("coalesce(changes.location, '')") }} as location,
        changes.quantity,
        changes.source_system,
        changes.source_table,
        changes.changed_at,
        latest.source_position is not null as is_current,
        {{ is_captured_within(14, 'changes.changed_at', 'tables') }} as is_recent
    from changes
    left join tables
        on tables.source_system = changes.source_system and tables.source_table = changes.source_table
    left join latest
        on latest.source_system = changes.source_system
        and latest.source_table = changes.source_table
        and latest.source_position = changes.source_position
    where changes.op not in ('d', 't')
),

-- The last change of each stock, and all that came before the last two weeks: what was corrected meanwhile is neither.
final as (
    select *
    from judged
    where is_current or not is_recent
)

select * from final
