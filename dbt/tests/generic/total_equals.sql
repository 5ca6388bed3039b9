{# Per currency, the column's total is the same as that of `field` in `to`. #}
{% test total_equals(model, column_name, to, field) %}
    with ours as (
        select currency, sum({{ column_name }}) as total from {{ model }} group by currency
    ),

    theirs as (
        select currency, sum({{ field }}) as total from {{ to }} group by currency
    )

    select ours.currency, ours.total, theirs.currency as their_currency, theirs.total as their_total
    from ours
    full outer join theirs on theirs.currency = ours.currency
    where ours.total is distinct from theirs.total
{% endtest %}
