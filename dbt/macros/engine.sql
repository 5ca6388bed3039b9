{# What DuckDB and Trino say differently. `default__` is DuckDB's. #}

{# A declared type of the lake (shared/config, ColumnType). #}
{% macro lake_type(type) -%}
    {%- set names = {
        'int': 'integer', 'string': 'varchar', 'binary': 'varbinary',
        'timestamp': instant_type(), 'timestampNtz': local_time_type(),
    } -%}
    {{ names.get(type, type) }}
{%- endmacro %}

{# A text as SQL has it, and a name. #}
{% macro literal(text) %}{{ return("'" ~ (text | replace("'", "''")) ~ "'") }}{% endmacro %}
{% macro quoted(name) %}{{ return('"' ~ (name | replace('"', '""')) ~ '"') }}{% endmacro %}

{# A point in time, kept in UTC, to the millisecond: Delta tables in Trino have no finer one (docs/trino.md). #}
{% macro instant_type() %}{{ return(adapter.dispatch('instant_type')()) }}{% endmacro %}
{% macro default__instant_type() %}{{ return('timestamp with time zone') }}{% endmacro %}
{% macro trino__instant_type() %}{{ return('timestamp(3) with time zone') }}{% endmacro %}

{# An instant to the millisecond, half a one upward, as Trino reads it: then both engines give the same. #}
{% macro to_millisecond(instant) %}{{ return(adapter.dispatch('to_millisecond')(instant)) }}{% endmacro %}
{% macro default__to_millisecond(instant) -%}
    date_trunc('milliseconds', {{ instant }} + interval 500 microseconds)
{%- endmacro %}
{% macro trino__to_millisecond(instant) -%}
    cast({{ instant }} as {{ instant_type() }})
{%- endmacro %}

{# A clock's reading, without its zone. #}
{% macro local_time_type() %}{{ return(adapter.dispatch('local_time_type')()) }}{% endmacro %}
{% macro default__local_time_type() %}{{ return('timestamp') }}{% endmacro %}
{% macro trino__local_time_type() %}{{ return('timestamp(6)') }}{% endmacro %}

{#
    The instant at which clocks in `zone` read `local_time`: the later of two where they were set back in between, by an
    hour or, in one place, by half of one. Trino's own choice is the earlier.
#}
{% macro to_instant(local_time, zone) %}{{ return(adapter.dispatch('to_instant')(local_time, zone)) }}{% endmacro %}
{% macro default__to_instant(local_time, zone) -%}
    {{ to_millisecond('timezone(' ~ zone ~ ', ' ~ local_time ~ ')') }}
{%- endmacro %}
{% macro trino__to_instant(local_time, zone) -%}
    {%- set earlier = 'with_timezone(' ~ local_time ~ ', ' ~ zone ~ ')' -%}
    {%- set instant -%}
    case
        {%- for back in ["interval '1' hour", "interval '30' minute"] %}
        when cast({{ earlier }} + {{ back }} as timestamp(6)) = {{ local_time }} then {{ earlier }} + {{ back }}
        {%- endfor %}
        else {{ earlier }}
    end
    {%- endset -%}
    {{ to_millisecond("at_timezone(" ~ instant ~ ", 'UTC')") }}
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

{# A date some days later, or earlier. #}
{% macro days_after(date, days) -%}cast({{ date }} + {{ days }} * interval '1' day as date){%- endmacro %}

{#
    A quotient with a declared scale, exact and then rounded once, half a digit away from zero; null for a zero divisor,
    and where it has more digits than decimal(19,4).
    Neither operand may have a larger scale. Trino's `/` of decimals does that. DuckDB's is a double, so there it is done in
    whole numbers: both operands in units of the last digit.
#}
{% macro divide(dividend, divisor, scale) %}{{ return(adapter.dispatch('divide')(dividend, divisor, scale)) }}{% endmacro %}
{% macro default__divide(dividend, divisor, scale) -%}
    {%- set unit = 10 ** scale -%}
    {%- set n = 'cast(try_cast(' ~ dividend ~ ' as decimal(29, ' ~ scale ~ ')) * ' ~ unit ~ ' as hugeint)' -%}
    {%- set d = 'cast(try_cast(' ~ divisor ~ ' as decimal(29, ' ~ scale ~ ')) * ' ~ unit ~ ' as hugeint)' -%}
    try_cast(
        try_cast(
            (2 * {{ unit }} * abs({{ n }}) + abs({{ d }})) // nullif(2 * abs({{ d }}), 0) * sign({{ n }}) * sign({{ d }})
            as decimal(29, 0)
        ) * cast(1.0 / {{ unit }} as decimal({{ scale + 1 }}, {{ scale }}))
        as decimal(19, {{ scale }})
    )
{%- endmacro %}
{% macro trino__divide(dividend, divisor, scale) -%}
    try_cast(try_cast({{ dividend }} as decimal(29, {{ scale }})) / nullif({{ divisor }}, 0) as decimal(19, {{ scale }}))
{%- endmacro %}

{% macro average(value, scale) -%}
    {{ divide('sum(' ~ value ~ ')', 'count(' ~ value ~ ')', scale) }}
{%- endmacro %}

{# A sum of `value`, null where one of the rows that have `of` has none: a part is not taken for the whole. #}
{% macro complete_sum(value, of) -%}
    case when count({{ value }}) = count({{ of }}) then sum({{ value }}) end
{%- endmacro %}

{# 1 to 5: in which fifth of the partition a row is in that order, counted by how many are strictly before it. #}
{% macro quintile(order_by, partition_by) -%}
    cast(1 + floor(
        5 * (cast(rank() over (partition by {{ partition_by }} order by {{ order_by }}) as double) - 1)
        / count(*) over (partition by {{ partition_by }})
    ) as integer)
{%- endmacro %}

{# Where a text stands in a JSON array of texts, from 1; 0 where it does not, or where that is none. #}
{% macro position_in(array, text) %}{{ return(adapter.dispatch('position_in')(array, text)) }}{% endmacro %}
{% macro default__position_in(array, text) -%}
    coalesce(list_position(try(from_json({{ array }}, '["VARCHAR"]')), {{ text }}), 0)
{%- endmacro %}
{% macro trino__position_in(array, text) -%}
    coalesce(try(array_position(cast(json_parse({{ array }}) as array(varchar)), {{ text }})), 0)
{%- endmacro %}
