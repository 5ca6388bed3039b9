{# Rows that a build has found are named by the warning that this test is (functions/model/build-warehouse). #}
{% test is_empty(model) %}
    select * from {{ model }}
{% endtest %}
