-- Weeks begin on Monday and belong to the year of their Thursday. The expected values are ISO 8601's own examples.
with expected as (
    select cast(date_day as date) as date_day, iso_year, iso_week, day_of_week
    from (
        values
            ('2015-12-31', 2015, 53, 4),
            ('2016-01-03', 2015, 53, 7),
            ('2016-01-04', 2016, 1, 1),
            ('2018-12-31', 2019, 1, 1),
            ('2027-01-01', 2026, 53, 5)
    ) as examples (date_day, iso_year, iso_week, day_of_week)
)

select dates.*
from {{ ref('dim_date') }} as dates
join expected on expected.date_day = dates.date_day
where dates.iso_year <> expected.iso_year
    or dates.iso_week <> expected.iso_week
    or dates.day_of_week <> expected.day_of_week
