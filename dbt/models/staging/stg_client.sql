with changes as (
    select * from {{ ref('hist_client') }}
),

latest as (
    {{ latest('changes', ['client_id']) }}
),

final as (
    select
        client_id,
        first_name,
        last_name,
        email_hash,
        birth_year,
        marital_status,
        gender,
        annual_income,
        currency,
        total_children,
        education,
        occupation,
        home_owner,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
