with changes as (
    {{ changes('sale', {
        'sale_id': 'id',
        'order_id': 'id',
        'line_number': 'integer',
        'sale_date': 'local_time',
        'product_id': 'id',
        'client_id': 'id',
        'territory_id': 'id',
        'quantity': 'integer',
        'amount': 'money',
    }) }}
),

latest as (
    {{ latest('changes', ['sale_id']) }}
),

final as (
    select
        sale_id,
        order_id,
        line_number,
        cast(sale_date as date) as sale_date,
        product_id,
        client_id,
        territory_id,
        quantity,
        amount,
        currency,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
