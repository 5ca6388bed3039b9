{# How a value of the lake becomes one of ours (macros/history.sql, `changes`). #}

{# The SQL type of a kind. #}
{% macro sql_type(kind) -%}
    {%- set types = {
        'id': 'varchar', 'text': 'varchar', 'money': 'decimal(19, 4)', 'rate': 'decimal(18, 10)',
        'instant': instant_type(), 'local_time': local_time_type(),
    } -%}
    {{ types.get(kind, kind) }}
{%- endmacro %}

{# `column` has its quoted name, its type in the lake, and an id's prefix. Null where the value does not fit. #}
{% macro typed(column, kind, zone) -%}
    {%- if kind == 'id' and column.prefix -%}
    {{ literal(column.prefix) }} || cast({{ column.name }} as varchar)
    {%- elif kind == 'instant' and column.type == 'timestamp' -%}
    {{ if_dated(column.name, column.name, instant_type()) }}
    {%- elif kind == 'instant' -%}
    {%- set reading = 'try_cast(' ~ column.name ~ ' as ' ~ local_time_type() ~ ')' -%}
    {{ if_dated(reading, to_instant(reading, zone), local_time_type()) }}
    {%- elif kind == 'local_time' and column.type == 'timestamp' -%}
    {{ if_dated(column.name, to_local_time(column.name, zone), instant_type()) }}
    {%- elif kind == 'local_time' -%}
    {%- set reading = 'try_cast(' ~ column.name ~ ' as ' ~ local_time_type() ~ ')' -%}
    {{ if_dated(reading, reading, local_time_type()) }}
    {%- else -%}
    try_cast({{ column.name }} as {{ sql_type(kind) }})
    {%- endif -%}
{%- endmacro %}

{#
    `value` where `time` is in a year of four digits, by the clocks of every zone: what is earlier has no text that the
    store reads, and what comes after may be infinity's place holder.
#}
{% macro if_dated(time, value, type) -%}
    {%- set last = '23:59:59.999 UTC' if type == instant_type() else '23:59:59.999999' -%}
    {%- set zone = ' UTC' if type == instant_type() else '' -%}
    case
        when {{ time }} between cast('0001-01-0{{ 1 if time == value else 2 }} 00:00:00{{ zone }}' as {{ type }})
            and cast('9999-12-31 {{ last }}' as {{ type }})
        then {{ value }}
    end
{%- endmacro %}

{# Whether the lake's type holds values that ours does not. #}
{% macro may_not_fit(type, kind) -%}
    {%- set narrow = {
        'money': ['int'], 'rate': [], 'integer': ['int'], 'bigint': ['int', 'bigint'], 'boolean': ['boolean'],
    } -%}
    {%- if kind in ('id', 'text', 'varchar') or type in narrow.get(kind, []) -%}
        {{ return(false) }}
    {%- elif kind == 'money' and type.startswith('decimal') -%}
        {%- set digits = type[8:-1].split(',') -%}
        {{ return(digits[0] | int - digits[1] | int > 15) }}
    {%- else -%}
        {{ return(true) }}
    {%- endif -%}
{%- endmacro %}

{#
    Business dates that there can be: dim_date holds them all. What lies outside is a slip of the hand, such as 0202 for
    2020, or a program's word for "never".
#}
{% macro is_business_date(date) -%}
    {{ date }} between date '1900-01-01' and date '2099-12-31'
{%- endmacro %}

{# A text that is part of a key: the store's indexes take none of thousands of characters. #}
{% macro short_text(text) -%}
    substr({{ text }}, 1, 200)
{%- endmacro %}
