{#
    Per currency, where none is nothing, the column's total is the same as that of `field` in `to`, less that of the rows which `less` has of it.
#}
{% test total_equals(model, column_name, to, field, less=none) %}
    with counted as (
        select currency, {{ column_name }} as amount from {{ model }}
        {%- if less %}
        union all
        select currency, {{ field }} as amount from {{ less }} where what = 'row'
        {%- endif %}
    ),

    ours as (
        select currency, coalesce(sum(amount), 0) as total from counted group by currency
    ),

    theirs as (
        select currency, coalesce(sum({{ field }}), 0) as total from {{ to }} group by currency
    )

    select ours.currency, ours.total, theirs.currency as their_currency, theirs.total as their_total
    from ours
    full outer join theirs on theirs.currency = ours.currency
    where coalesce(ours.total, 0) <> coalesce(theirs.total, 0)
{% endtest %}
