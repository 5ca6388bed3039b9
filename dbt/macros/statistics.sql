{# Of counts, in doubles; rounded in the end, so that both engines give the same. #}

{% macro rounded(value) -%}
    cast(round({{ value }}, 4) as decimal(19, 4))
{%- endmacro %}

{# An end of the 95% interval of a share (Wilson, 1927): `side` is `-` or `+`. #}
{% macro wilson(successes, trials, side) -%}
    case when {{ trials }} > 0 then {{ rounded(wilson_end(successes, trials, side)) }} end
{%- endmacro %}

{# The same as a double, of some trials. #}
{% macro wilson_end(successes, trials, side) -%}
    {%- set z = 1.959964 -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    {%- set share = '(cast(' ~ successes ~ ' as double) / ' ~ n ~ ')' -%}
    {{ return(
        '(' ~ share ~ ' + ' ~ (z * z / 2) ~ ' / ' ~ n ~ ' ' ~ side ~ ' ' ~ z ~ ' * sqrt(' ~ share ~ ' * (1 - ' ~ share ~ ') / ' ~ n
        ~ ' + ' ~ (z * z / 4) ~ ' / (' ~ n ~ ' * ' ~ n ~ '))) / (1 + ' ~ (z * z) ~ ' / ' ~ n ~ ')'
    ) }}
{%- endmacro %}

{#
    An end of the 95% interval of the difference of two shares, the first less the second, from the ends of both (Newcombe, 1998,
    method 10): `side` is `-` or `+`. Null where either has no trials.
#}
{% macro newcombe(successes, trials, other_successes, other_trials, side) -%}
    {%- set share = '(cast(' ~ successes ~ ' as double) / cast(' ~ trials ~ ' as double))' -%}
    {%- set other = '(cast(' ~ other_successes ~ ' as double) / cast(' ~ other_trials ~ ' as double))' -%}
    {%- set far = '+' if side == '-' else '-' -%}
    {%- set reach = share ~ ' - ' ~ wilson_end(successes, trials, side) -%}
    {%- set other_reach = wilson_end(other_successes, other_trials, far) ~ ' - ' ~ other -%}
    case when {{ trials }} > 0 and {{ other_trials }} > 0 then {{ rounded(
        share ~ ' - ' ~ other ~ ' ' ~ side ~ ' sqrt((' ~ reach ~ ') * (' ~ reach ~ ') + (' ~ other_reach ~ ') * (' ~ other_reach ~ '))'
    ) }} end
{%- endmacro %}

{#
    How probable so large a difference of two counts is where both are equally likely: the sign test, two-sided, by the normal
    distribution with a correction for continuity (Abramowitz and Stegun, 7.1.26).
#}
{% macro sign_test(one, other) -%}
    {%- set n = '(' ~ one ~ ' + ' ~ other ~ ')' -%}
    {%- set x -%}
    (cast(case when abs({{ one }} - {{ other }}) > 1 then abs({{ one }} - {{ other }}) - 1 else 0 end as double) / sqrt(cast(2 * {{ n }} as double)))
    {%- endset -%}
    {%- set t = '(1 / (1 + 0.3275911 * ' ~ x ~ '))' -%}
    {%- set series = t ~ ' * (0.254829592 + ' ~ t ~ ' * (-0.284496736 + ' ~ t ~ ' * (1.421413741 + ' ~ t ~ ' * (-1.453152027 + ' ~ t ~ ' * 1.061405429))))' -%}
    case when {{ n }} > 0 then {{ rounded(series ~ ' * exp(-' ~ x ~ ' * ' ~ x ~ ')') }} end
{%- endmacro %}
