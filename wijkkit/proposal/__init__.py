"""Propose a study for a survey file: what each column is, and what only the researcher knows."""
