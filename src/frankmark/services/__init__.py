"""Use cases: they decide the order of things and touch the world only through ports."""
