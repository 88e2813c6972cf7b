"""The programme's theory held against the data: boxes, their state, the assumptions between."""
