{# What DuckDB and Trino say differently. `default__` is DuckDB's. #}

{# A declared type of the lake (shared/config, ColumnType). #}
{% macro lake_type(type) -%}
    {%- set names = {
        'int': 'integer', 'string': 'varchar', 'binary': 'varbinary',
        'timestamp': instant_type(), 'timestampNtz': local_time_type(),
    } -%}
    {{ names.get(type, type) }}
{%- endmacro %}

{# A point in time, kept in UTC. Trino's own default would cut it to milliseconds. #}
{% macro instant_type() %}{{ return(adapter.dispatch('instant_type')()) }}{% endmacro %}
{% macro default__instant_type() %}{{ return('timestamp with time zone') }}{% endmacro %}
{% macro trino__instant_type() %}{{ return('timestamp(6) with time zone') }}{% endmacro %}

{# A clock's reading, without its zone. #}
{% macro local_time_type() %}{{ return(adapter.dispatch('local_time_type')()) }}{% endmacro %}
{% macro default__local_time_type() %}{{ return('timestamp') }}{% endmacro %}
{% macro trino__local_time_type() %}{{ return('timestamp(6)') }}{% endmacro %}

{# The instant at which clocks in `zone` read `local_time`. #}
{% macro to_instant(local_time, zone) %}{{ return(adapter.dispatch('to_instant')(local_time, zone)) }}{% endmacro %}
{% macro default__to_instant(local_time, zone) -%}
    timezone({{ zone }}, {{ local_time }})
{%- endmacro %}
{% macro trino__to_instant(local_time, zone) -%}
    at_timezone(with_timezone({{ local_time }}, {{ zone }}), 'UTC')
{%- endmacro %}

{# What clocks in `zone` read at `instant`. #}
{% macro to_local_time(instant, zone) %}{{ return(adapter.dispatch('to_local_time')(instant, zone)) }}{% endmacro %}
{% macro default__to_local_time(instant, zone) -%}
    timezone({{ zone }}, {{ instant }})
{%- endmacro %}
{% macro trino__to_local_time(instant, zone) -%}
    cast(at_timezone({{ instant }}, {{ zone }}) as timestamp(6))
{%- endmacro %}

{# Monday of the ISO week, and first of the month: DuckDB's date_trunc makes a timestamp of a date. #}
{% macro week_start(date) -%}cast(date_trunc('week', {{ date }}) as date){%- endmacro %}
{% macro month_start(date) -%}cast(date_trunc('month', {{ date }}) as date){%- endmacro %}

{# A quotient with a declared scale, null for a zero divisor: alone, `/` is a double in DuckDB and whole in Trino. #}
{% macro divide(dividend, divisor, scale) %}{{ return(adapter.dispatch('divide')(dividend, divisor, scale)) }}{% endmacro %}
{% macro default__divide(dividend, divisor, scale) -%}
    cast(round(cast({{ dividend }} as double) / nullif({{ divisor }}, 0), {{ scale }}) as decimal(19, {{ scale }}))
{%- endmacro %}
{% macro trino__divide(dividend, divisor, scale) -%}
    cast(round(cast({{ dividend }} as decimal(29, {{ scale + 2 }})) / nullif({{ divisor }}, 0), {{ scale }}) as decimal(19, {{ scale }}))
{%- endmacro %}

{% macro average(value, scale) -%}
    {{ divide('sum(' ~ value ~ ')', 'count(' ~ value ~ ')', scale) }}
{%- endmacro %}
