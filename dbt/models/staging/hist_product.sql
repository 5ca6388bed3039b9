with changes as (
    {{ changes('product', {
        'product_id': 'id',
        'sku': 'varchar',
        'name': 'varchar',
        'model': 'varchar',
        'description': 'varchar',
        'color': 'varchar',
        'standard_cost': 'money',
        'list_price': 'money',
        'subcategory': 'varchar',
        'category': 'varchar',
        'subcategory_id': 'id',
        'category_id': 'id',
        'modified_at': 'instant',
    }) }}
)

select * from changes
