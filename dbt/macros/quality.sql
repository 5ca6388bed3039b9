{# For the models in which checks look (models/quality). #}

{# An instant that a build has noted as ISO text. #}
{% macro instant_or_null(text) -%}
    {%- if text is none -%}
    cast(null as {{ instant_type() }})
    {%- else -%}
    cast('{{ text | replace('T', ' ') | replace('Z', ' UTC') }}' as {{ instant_type() }})
    {%- endif -%}
{%- endmacro %}

{#
    Whether a change was captured in the last days of a build. What came with the first snapshot was not: it is history,
    from which checks learn.
#}
{% macro is_captured_within(days, changed_at, tables) -%}
    coalesce(
        {{ changed_at }} > {{ tables }}.last_read_at
        and {{ changed_at }} > {{ tables }}.covered_at - interval '{{ days }}' day,
        false
    )
{%- endmacro %}

{# Whether a row is judged as new: of the last two weeks by its business date, or captured in them. #}
{% macro is_recent(business_date, changed_at, tables) -%}
    (
        coalesce({{ business_date }} > {{ tables }}.whole_through - interval '14' day, false)
        or {{ is_captured_within(14, changed_at, tables) }}
    )
{%- endmacro %}
