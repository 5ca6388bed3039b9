{#
    Every change of an entity, over all systems and tables that have it: its columns (macros/entities.sql), typed, by our
    names, then where, when and what kind of change, and in what currency its system counts. `more` asks for columns of
    one's own beside them, each with its kind: one of those of an entity, or an SQL type.
    The currency is the row's own where the table names one, by its code of three letters, else the system's.
    A column that a table lacks is null. So is a value that does not fit its type: a value that was wrong once must not
    end every build after it, for all of history is read each time. `misfits` names the columns where that happened,
    `gaps` those that each row should have, that the table has and the row has not (set_aside has both).
#}
{% macro changes(entity_name, more={}) %}
    {%- set described = entity(entity_name) -%}
    {%- set columns = dict(described.columns, **more) -%}
    {%- do columns.pop('currency', none) -%}
    {%- set found = [] -%}
    {%- for system, source in var('systems').items() -%}
        {%- for table, declared in source.tables.items() if declared.entity == entity_name -%}
            {%- do found.append({'system': system, 'source': source, 'table': table, 'declared': declared}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for each in found %}
    select
        {%- set ours = {} -%}
        {%- for name, column in each.declared.columns.items() -%}
            {%- do ours.update({column.as: {'name': quoted(name), 'type': column.type, 'prefix': column.prefix}}) -%}
        {%- endfor -%}
        {%- set zone = literal(each.source.time_zone) -%}
        {%- set misfits = [] -%}
        {%- set gaps = [] -%}
        {%- for name, kind in columns.items() %}
            {%- if name in ours -%}
                {%- set theirs = ours[name] -%}
                {%- set value = typed(theirs, kind, zone) | trim %}
        {{ value }} as {{ name }},
                {%- set is_lost = '(' ~ value ~ ') is null' -%}
                {%- if may_not_fit(theirs.type, kind) -%}
                    {%- do misfits.append('case when ' ~ theirs.name ~ ' is not null and ' ~ is_lost ~ " then '" ~ name ~ "' end") -%}
                {%- endif -%}
                {%- if name in described.expects -%}
                    {%- do gaps.append('case when ' ~ theirs.name ~ " is null then '" ~ name ~ "' end") -%}
                {%- endif -%}
            {%- else %}
        cast(null as {{ sql_type(kind) }}) as {{ name }},
            {%- endif -%}
        {%- endfor %}
        {{ named(misfits) }} as misfits,
        {{ named(gaps) }} as gaps,
        {{ literal(each.system) }} as source_system,
        {{ literal(each.table) }} as source_table,
        {{ literal(each.declared.id_prefix) }} as id_prefix,
        {{ zone }} as time_zone,
        {% if 'currency' in ours -%}
        coalesce(nullif(upper(trim(cast({{ ours.currency.name }} as varchar))), ''), {{ literal(each.source.currency) }}) as currency,
        {%- else -%}
        {{ literal(each.source.currency) }} as currency,
        {%- endif %}
        {{ literal(each.source.currency) }} as system_currency,
        _op as op,
        _position as source_position,
        _changed_at as changed_at,
        cast({{ to_local_time('_changed_at', zone) }} as date) as changed_date,
        '{{ "%04x" | format(each.declared.epoch) }}' as last_epoch
    from {{ raw(each.table, each.system) }} as captured
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for name, kind in columns.items() %}
        cast(null as {{ sql_type(kind) }}) as {{ name }},
        {%- endfor %}
        {%- for name in ['misfits', 'gaps', 'source_system', 'source_table', 'id_prefix', 'time_zone', 'currency', 'system_currency', 'op', 'source_position'] %}
        cast(null as varchar) as {{ name }},
        {%- endfor %}
        cast(null as {{ instant_type() }}) as changed_at,
        cast(null as date) as changed_date,
        cast(null as varchar) as last_epoch
    where 1 = 0
    {%- endfor -%}
{% endmacro %}

{# Column names, joined by commas: ours are snake_case. #}
{% macro named(cases) -%}
    {%- if cases -%}
    concat_ws(',', {{ cases | join(', ') }})
    {%- else -%}
    cast('' as varchar)
    {%- endif -%}
{%- endmacro %}

{#
    The rows that are in the source now: the last change of each key by position, unless it is a deletion, came before
    a truncate of its table, or before the last completed snapshot, which would have shown the key again.
    A position begins with its epoch, so `source_position >= last_epoch` says "seen since".
#}
{% macro latest(changes, key) %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by source_system, source_table, {{ key | join(', ') }} order by source_position desc
            ) as recency,
            max(case when op = 't' then source_position end) over (
                partition by source_system, source_table
            ) as truncated_position
        from {{ changes }}
    ) as ranked
    where recency = 1
        and op not in ('d', 't')
        and source_position >= last_epoch
        and source_position > coalesce(truncated_position, '')
{% endmacro %}

{#
    The versions of each key: a new one opens when a tracked column changes, and closes when the next one opens or the
    key is deleted. Columns that are overwritten show their last value in every version of one life: a key that was
    deleted and created again is another thing.
    The first version counts from 1900-01-01, since what came before the first snapshot is not known.
    A key that the last completed snapshot no longer showed ends where that snapshot began.
    `source_table`, `source_position` and `opened_at` are of the change that opened the version, `opened_date` is its business date,
    and `closed_date` that of the change that closed it.
    Positions say what came after what; a clock that was set back in between is not followed back.
#}
{% macro versions(changes, key, tracked, overwritten) %}
    with turns as (
        select
            source_system, source_table, {{ key }}, {{ (tracked + overwritten) | join(', ') }},
            op = 'd' as is_deleted, source_position, changed_at, changed_date
        from {{ changes }}
        where op <> 't'
    ),
    truncates as (
        select keys.source_system, keys.source_table, keys.{{ key }}, ends.source_position, ends.changed_at, ends.changed_date
        from (select distinct source_system, source_table, {{ key }} from turns) as keys
        join {{ changes }} as ends
            on ends.source_system = keys.source_system
            and ends.source_table = keys.source_table
            and ends.op = 't'
    ),
    snapshots as (
        select
            source_system,
            source_table,
            last_epoch,
            coalesce(min(case when source_position >= last_epoch then changed_at end), max(changed_at)) as changed_at,
            coalesce(min(case when source_position >= last_epoch then changed_date end), max(changed_date))
                as changed_date
        from {{ changes }}
        group by source_system, source_table, last_epoch
    ),
    not_seen_again as (
        select turns.source_system, turns.source_table, turns.{{ key }}, snapshots.last_epoch as source_position,
            snapshots.changed_at, snapshots.changed_date
        from turns
        join snapshots
            on snapshots.source_system = turns.source_system and snapshots.source_table = turns.source_table
        group by turns.source_system, turns.source_table, turns.{{ key }}, snapshots.last_epoch,
            snapshots.changed_at, snapshots.changed_date
        having max(turns.source_position) < snapshots.last_epoch
    ),
    {%- set nulls %}{% for column in tracked + overwritten %}null, {% endfor %}{% endset %}
    all_turns as (
        select * from turns
        union all
        select source_system, source_table, {{ key }}, {{ nulls }}true, source_position, changed_at, changed_date from truncates
        union all
        select source_system, source_table, {{ key }}, {{ nulls }}true, source_position, changed_at, changed_date from not_seen_again
    ),
    in_order as (
        select
            source_system, source_table, {{ key }}, {{ (tracked + overwritten) | join(', ') }}, is_deleted, source_position,
            max(changed_at) over earlier as changed_at,
            max(changed_date) over earlier as changed_date
        from all_turns
        window earlier as (partition by source_system, {{ key }} order by source_position)
    ),
    compared as (
        select
            *,
            lag(is_deleted) over earlier as was_deleted,
            {%- for column in tracked %}
            {{ column }} is distinct from lag({{ column }}) over earlier{{ ' or' if not loop.last }}
            {%- endfor %} as is_changed
        from in_order
        window earlier as (partition by source_system, {{ key }} order by source_position)
    ),
    lives as (
        select
            *,
            sum(case when not is_deleted and coalesce(was_deleted, true) then 1 else 0 end) over (
                partition by source_system, {{ key }} order by source_position
            ) as life
        from compared
    ),
    boundaries as (
        select
            *,
            lead(changed_at) over (partition by source_system, {{ key }} order by source_position) as valid_to,
            lead(changed_date) over (partition by source_system, {{ key }} order by source_position) as closed_date
        from lives
        where was_deleted is distinct from is_deleted or (is_changed and not is_deleted)
    ),
    last_values as (
        select
            source_system, {{ key }}, life,
            {%- for column in overwritten %}
            {{ column }},
            {%- endfor %}
            row_number() over (partition by source_system, {{ key }}, life order by source_position desc) as recency
        from lives
        where not is_deleted
    ),
    numbered as (
        select
            boundaries.*,
            row_number() over (partition by source_system, {{ key }} order by source_position) as version
        from boundaries
        where not is_deleted
    )
    select
        numbered.{{ key }} || '-' || cast(numbered.version as varchar) as version_key,
        numbered.{{ key }},
        {%- for column in tracked %}
        numbered.{{ column }},
        {%- endfor %}
        {%- for column in overwritten %}
        last_values.{{ column }},
        {%- endfor %}
        numbered.source_system,
        numbered.source_table,
        numbered.source_position,
        numbered.changed_at as opened_at,
        numbered.changed_date as opened_date,
        numbered.closed_date,
        cast(numbered.version as integer) as version,
        case
            when numbered.version = 1 then cast('1900-01-01 00:00:00 UTC' as {{ instant_type() }})
            else numbered.changed_at
        end as valid_from,
        numbered.valid_to,
        case when numbered.version = 1 then date '1900-01-01' else numbered.changed_date end as valid_from_date,
        numbered.valid_to is null as is_current
    from numbered
    join last_values
        on last_values.source_system = numbered.source_system
        and last_values.{{ key }} = numbered.{{ key }}
        and last_values.life = numbered.life
        and last_values.recency = 1
{% endmacro %}

{#
    Of a type 2 dimension, the version that a business date sees: the last one of that day, and after a deletion still
    the last there was, so that a sale always finds its product.
#}
{% macro versions_by_day(dimension, entity, more=[]) %}
    select
        {{ entity }}_key,
        {{ entity }}_id,
        {%- for column in more %}
        {{ column }},
        {%- endfor %}
        valid_from_date as from_date,
        coalesce(
            lead(valid_from_date) over (partition by {{ entity }}_id order by version),
            date '9999-12-31'
        ) as to_date
    from {{ dimension }}
{% endmacro %}

{# The columns of an entity, joined by commas; its currency is beside them (`changes`). #}
{% macro columns_of(entity_name) -%}
    {{ entity(entity_name).columns.keys() | reject('equalto', 'currency') | join(', ') }}
{%- endmacro %}

{# Where a row of ours comes from, of a relation that has it. #}
{% macro origin_of(relation) -%}
    {{ relation }}.source_system,
        {{ relation }}.source_table,
        {{ relation }}.source_position,
        {{ relation }}.changed_at
{%- endmacro %}
