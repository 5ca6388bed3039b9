{# No row lacks a value in one of these columns; one query for all, and `missing` names the first that is. #}
{% test complete(model, columns) %}
    select
        *,
        case
            {%- for column in columns %}
            when {{ column }} is null then '{{ column }}'
            {%- endfor %}
        end as missing
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{% endtest %}
