"""Why an effect may not have been found: each explanation judged from the data."""
