"""A fictional study with known true effects."""

from wijkkit.demo.project import make_demo

__all__ = ["make_demo"]
