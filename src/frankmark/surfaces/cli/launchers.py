"""What only the launcher knows, handed down so that the command never imports a node."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Launchers", "loaded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launchers:
    """Where things stand.

    Attributes:
        verbs: Verb → ``module:attribute`` of its click command.
        serve: ``module:attribute`` of what runs a node until it is told to stop.
        demonstrate: ``module:attribute`` of what runs a demonstration.
        in_process: ``module:attribute`` of what opens a node without a listener.
    """

    verbs: Mapping[str, str]
    serve: str
    demonstrate: str
    in_process: str


def loaded(place: str) -> Any:  # noqa: ANN401  (whatever stands there)
    """The object at ``module:attribute``."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
