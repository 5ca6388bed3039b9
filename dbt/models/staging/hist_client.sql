with changes as (
    {{ changes('client', {
        'client_id': 'id',
        'first_name': 'varchar',
        'last_name': 'varchar',
        'email_hash': 'varchar',
        'birth_year': 'integer',
        'marital_status': 'varchar',
        'gender': 'varchar',
        'annual_income': 'money',
        'total_children': 'integer',
        'education': 'varchar',
        'occupation': 'varchar',
        'home_owner': 'boolean',
    }) }}
)

select * from changes
