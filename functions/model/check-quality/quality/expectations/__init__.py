"""Expectations that Great Expectations has none of; each module has one, which registers itself."""

from . import (
    expect_condition_to_stay_rare,
    expect_daily_rows_to_follow_weekdays,
    expect_few_parked_changes,
    expect_hours_to_stay,
    expect_ids_without_gaps,
    expect_median_to_stay,
    expect_nulls_to_stay_rare,
    expect_published_totals_to_stay,
    expect_shares_to_stay,
    expect_tables_to_be_fresh,
    expect_values_in_learnt_range,
)
