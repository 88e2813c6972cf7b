"""A researcher's project: the notebooks and report sources of wijkkit, and their newer versions."""
