{# No two rows agree in all of these columns: the grain of a model without a key column of its own. #}
{% test unique_together(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
