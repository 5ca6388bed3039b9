with changes as (
    {{ changes('offer') }}
),

-- A table without an offer_id stays in the lake.
final as (
    select * from changes where offer_id is not null or op = 't'
)

select * from final
