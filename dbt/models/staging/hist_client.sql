with changes as (
    {{ changes('client') }}
)

select * from changes
