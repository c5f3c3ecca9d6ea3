"""Frankmark: declare who you are, seal what you send, check what you got."""

__all__ = ["__version__"]

__version__ = "0.1.0"
