"""A fictional study with known true effects."""
