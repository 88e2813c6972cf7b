"""A fictional study with known true effects."""

from wijkkit.demo.making import make_demo

__all__ = ["make_demo"]
