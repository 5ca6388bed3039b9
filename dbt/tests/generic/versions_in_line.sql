{# In a type 2 dimension each key has at most one current version, and its versions do not overlap. #}
{% test versions_in_line(model, key) %}
    with versions as (
        select
            {{ key }},
            valid_from,
            valid_to,
            lead(valid_from) over (partition by {{ key }} order by version) as next_from
        from {{ model }}
    )

    select *
    from versions
    where valid_to < valid_from
        or next_from < valid_to
        or (valid_to is null and next_from is not null)
{% endtest %}
