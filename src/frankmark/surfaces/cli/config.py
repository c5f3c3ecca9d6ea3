"""`config check` and `config show`: what is set, where it came from, and what is wrong with it."""

import click
import msgspec

from frankmark.surfaces.cli.desk import as_json, desk_of
from frankmark.surfaces.cli.exits import Exit

__all__ = ["config"]


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@as_json
@click.pass_context
def check(context: click.Context) -> int:
    """Read the settings and say whether a node can start with them."""
    desk = desk_of(context)
    settings = desk.settings
    desk.output.object({"valid": True, "data": str(desk.data_folder), "listen": settings.listen})
    desk.output.phrase("config.valid", data=str(desk.data_folder), listen=settings.listen)
    return Exit.TRUSTED


@config.command()
@as_json
@click.pass_context
def show(context: click.Context) -> int:
    """Print every setting with its value, defaults included."""
    desk = desk_of(context)
    values = {**msgspec.to_builtins(desk.settings), "data": str(desk.data_folder)}
    desk.output.object(values)
    for name, value in values.items():
        if not isinstance(value, dict):
            desk.output.line(f"{name} = {_toml(value)}")
    for name, value in values.items():
        if isinstance(value, dict):
            desk.output.line()
            desk.output.line(f"[{name}]")
            for key, inner in value.items():
                desk.output.line(f"{key} = {_toml(inner)}")
    return Exit.TRUSTED


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_toml(key)} = {_toml(inner)}" for key, inner in value.items()) + " }" if value else "{}"
        )
    return msgspec.json.encode(value).decode()
