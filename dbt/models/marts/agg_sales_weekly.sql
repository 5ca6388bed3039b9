{{ sales_by('week') }}
