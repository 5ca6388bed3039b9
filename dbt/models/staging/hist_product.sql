with changes as (
    {{ changes('product') }}
)

select * from changes
