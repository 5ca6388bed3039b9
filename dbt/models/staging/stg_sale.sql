with changes as (
    {{ changes('sale', {
        'sale_id': 'id',
        'order_id': 'id',
        'line_number': 'integer',
        'sale_date': 'date',
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
        sale_date,
        product_id,
        client_id,
        territory_id,
        quantity,
        amount,
        '{{ var("currency") }}' as currency,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
