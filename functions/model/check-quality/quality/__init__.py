"""Suites of checks beside the dbt models, run by Great Expectations (docs/quality.md)."""
