with changes as (
    select * from {{ ref('hist_client') }}
),

-- Names and mail addresses stay behind, even encrypted: nobody analyses by them, and what is not here cannot leak.
versions as (
    {{ versions(
        'changes',
        key='client_id',
        tracked=[
            'marital_status', 'annual_income', 'total_children', 'education', 'occupation', 'home_owner',
        ],
        overwritten=['birth_year', 'gender', 'currency'],
    ) }}
),

final as (
    select
        version_key as client_key,
        client_id,
        birth_year,
        gender,
        marital_status,
        annual_income,
        currency,
        total_children,
        education,
        occupation,
        home_owner,
        version,
        valid_from,
        valid_to,
        valid_from_date,
        is_current,
        source_system,
        source_table,
        source_position,
        opened_at as changed_at
    from versions
)

select * from final
