{# Printed from the code by "make reference"; not to be edited. #}
{# What the models ask of an entity: each column's kind (macros/values.sql), and what every row should have. #}
{% macro entity(name) -%}
    {%- set entities = {
        'product': {
          'expects': [],
          'columns': {
            'product_id': 'id',
            'sku': 'text',
            'name': 'text',
            'model': 'text',
            'description': 'text',
            'color': 'text',
            'standard_cost': 'money',
            'list_price': 'money',
            'currency': 'text',
            'subcategory': 'text',
            'category': 'text',
            'subcategory_id': 'id',
            'category_id': 'id',
            'modified_at': 'instant',
          },
        },
        'product_text': {
          'expects': [],
          'columns': {
            'model': 'text',
            'culture': 'text',
            'description': 'text',
          },
        },
        'category': {
          'expects': [],
          'columns': {
            'category_id': 'id',
            'name': 'text',
          },
        },
        'subcategory': {
          'expects': [],
          'columns': {
            'subcategory_id': 'id',
            'name': 'text',
            'category_id': 'id',
          },
        },
        'client': {
          'expects': [],
          'columns': {
            'client_id': 'id',
            'first_name': 'text',
            'last_name': 'text',
            'email_hash': 'text',
            'birth_year': 'integer',
            'marital_status': 'text',
            'gender': 'text',
            'annual_income': 'money',
            'total_children': 'integer',
            'education': 'text',
            'occupation': 'text',
            'home_owner': 'boolean',
          },
        },
        'order': {
          'expects': ['ordered_at'],
          'columns': {
            'order_id': 'id',
            'order_number': 'text',
            'ordered_at': 'instant',
            'client_id': 'id',
            'territory_id': 'id',
            'transporter_id': 'id',
            'status': 'text',
            'currency': 'text',
          },
        },
        'order_item': {
          'expects': ['product_id', 'quantity', 'unit_price'],
          'columns': {
            'order_id': 'id',
            'line_number': 'bigint',
            'product_id': 'id',
            'quantity': 'money',
            'unit_price': 'money',
            'currency': 'text',
          },
        },
        'sale': {
          'expects': ['product_id', 'quantity', 'amount'],
          'columns': {
            'sale_id': 'id',
            'order_id': 'id',
            'line_number': 'bigint',
            'sale_date': 'local_time',
            'product_id': 'id',
            'client_id': 'id',
            'territory_id': 'id',
            'quantity': 'money',
            'amount': 'money',
            'currency': 'text',
          },
        },
        'return': {
          'expects': ['quantity'],
          'columns': {
            'return_id': 'id',
            'return_date': 'local_time',
            'sale_id': 'id',
            'order_id': 'id',
            'line_number': 'bigint',
            'product_id': 'id',
            'client_id': 'id',
            'territory_id': 'id',
            'quantity': 'money',
            'amount': 'money',
            'currency': 'text',
            'reason': 'text',
          },
        },
        'exchange_rate': {
          'expects': [],
          'columns': {
            'from_currency': 'text',
            'to_currency': 'text',
            'rate_date': 'local_time',
            'rate': 'rate',
          },
        },
        'inventory': {
          'expects': [],
          'columns': {
            'product_id': 'id',
            'location': 'text',
            'quantity': 'money',
          },
        },
        'transporter': {
          'expects': [],
          'columns': {
            'transporter_id': 'id',
            'name': 'text',
            'ship_base': 'money',
            'ship_rate': 'money',
          },
        },
        'territory': {
          'expects': [],
          'columns': {
            'territory_id': 'id',
            'region': 'text',
            'country': 'text',
            'continent': 'text',
          },
        },
        'interaction': {
          'expects': [],
          'columns': {
            'interaction_id': 'text',
            'occurred_at': 'instant',
            'action': 'text',
            'search_id': 'text',
            'product_id': 'id',
            'client_id': 'id',
            'query': 'text',
            'filters': 'text',
            'language': 'text',
            'result_count': 'integer',
            'zero_results': 'boolean',
            'model': 'text',
            'model_version': 'text',
          },
        },
    } -%}
    {{ return(entities[name]) }}
{%- endmacro %}
