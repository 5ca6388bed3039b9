with changes as (
    {{ changes('exchange_rate') }}
),

-- Without a column of its own a rate is into what its system counts in.
keyed as (
    select
        upper(trim(from_currency)) as currency_from,
        upper(trim(coalesce(to_currency, system_currency))) as currency_to,
        cast(rate_date as date) as valid_from_date,
        *
    from changes
),

latest as (
    {{ latest('keyed', ['currency_from', 'currency_to', 'valid_from_date']) }}
),

final as (
    select
        currency_from as from_currency,
        currency_to as to_currency,
        valid_from_date as rate_date,
        rate,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
