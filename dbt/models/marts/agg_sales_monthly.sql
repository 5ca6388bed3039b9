{{ sales_by('month') }}
