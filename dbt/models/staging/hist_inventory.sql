with changes as (
    {{ changes('inventory') }}
),

final as (
    select
        id_prefix || product_id || '@' || {{ short_text("coalesce(location, 'all')") }} as stock_id,
        product_id,
        {{ short_text("coalesce(location, 'all')") }} as location,
        quantity,
        misfits,
        source_system,
        source_table,
        op,
        source_position,
        changed_at,
        changed_date,
        last_epoch
    from changes
)

select * from final
