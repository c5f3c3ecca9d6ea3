"""What every verb works at: settings, folders, the output, and the node that it asks."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from frankmark import settings as settings_file
from frankmark.assembly import asking, client
from frankmark.assembly.tables import shipped_help, shipped_phrases
from frankmark.foundation.errors import Refused, Unavailable
from frankmark.ports.node_api import NodeApi
from frankmark.settings import Settings
from frankmark.surfaces.cli.launchers import Launchers, loaded
from frankmark.surfaces.cli.output import Output
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["STORE", "Desk", "as_json", "desk_of"]

STORE = "frankmark.db"


def as_json(command: Any) -> Any:  # noqa: ANN401  (a click decorator)
    """The `--json` option that every verb has."""

    def switched(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click)
        if value:
            context.find_object(Desk).output.as_json = True  # type: ignore[union-attr]

    option = click.option(
        "--json", is_flag=True, expose_value=False, callback=switched, help="One JSON object a line instead of words."
    )
    return option(command)


def desk_of(context: click.Context) -> "Desk":
    """The desk of a running command."""
    desk = context.find_object(Desk)
    if desk is None:
        raise click.UsageError("run verbs through frankmark")
    return desk


class Desk:
    """Everything a verb needs, made when it is first asked for.

    Args:
        environ: The environment.
        launchers: Where a node's surfaces stand.
    """

    def __init__(self, *, environ: Mapping[str, str], launchers: Launchers) -> None:
        self.environ = environ
        self.launchers = launchers
        self._config_file: Path | None = None
        self._data = ""
        self._quiet = False
        self._settings: Settings | None = None
        self._output: Output | None = None

    def set_up(self, *, config: str | None, data: str | None, quiet: bool) -> None:
        """Take the options that stand before the verb."""
        self._quiet = quiet
        self._config_file = Path(config) if config else None
        self._data = data or ""

    def set_data(self, data: str | None) -> None:
        """Take a data folder that is named after the verb."""
        self._data = data or self._data

    @property
    def settings(self) -> Settings:
        """The settings of the file and the environment."""
        if self._settings is None:
            default = self.config_folder / "frankmark.toml"
            file = self._config_file or (default if default.exists() else None)
            self._settings = settings_file.load(file, self.environ)
        return self._settings

    @property
    def config_folder(self) -> Path:
        """Where `frankmark.toml`, `trust.toml` and the login stand."""
        named = self.environ.get("FRANKMARK_CONFIG")
        base = self.environ.get("XDG_CONFIG_HOME") or os.path.join(self.home, ".config")  # noqa: PTH118 (text)
        return Path(named) if named else Path(base) / "frankmark"

    @property
    def data_folder(self) -> Path:
        """Where a node keeps its things."""
        base = self.environ.get("XDG_DATA_HOME") or os.path.join(self.home, ".local", "share")  # noqa: PTH118 (text)
        named = self._data or self.environ.get("FRANKMARK_DATA", "") or self.settings.data
        return Path(named) if named else Path(base) / "frankmark"

    @property
    def home(self) -> str:
        """The person's home folder."""
        return self.environ.get("HOME") or str(Path.home())

    @property
    def trust_file(self) -> Path:
        """Whom this person believes."""
        return self.config_folder / "trust.toml"

    @property
    def language(self) -> str:
        """The person's language."""
        locale = next((self.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if self.environ.get(name)), "")
        return shipped_phrases().of_locale(locale)

    @property
    def help_texts(self) -> Mapping[str, str]:
        """The texts of `--help`: English → the person's language; empty for English."""
        return shipped_help(self.language)

    @property
    def output(self) -> Output:
        """Where words and objects go."""
        if self._output is None:
            self._output = Output(
                as_json=False,
                quiet=self._quiet,
                language=self.language,
                phrases=shipped_phrases(),
                environ=self.environ,
                stdout=sys.stdout,
                stderr=sys.stderr,
            )
        return self._output

    @property
    def now_ms(self) -> int:
        """The time, milliseconds since the epoch."""
        return client.local_clock(self.settings, self.environ).now_ms()

    @property
    def node(self) -> NodeApi:
        """The node that questions go to: the one named by environment or login, else the one on this machine."""
        return asking.node_api(self.environ, self.settings, config=self.config_folder, data=self.data_folder)

    @contextmanager
    def own_node(self, *, make: bool = False) -> Iterator[NodeApi]:
        """This machine's node, for verbs that write: the running one, or its store opened in this process.

        Args:
            make: Whether a node is made where there is none yet.

        Raises:
            Refused: `NO_NODE`.
        """
        running = asking.running_node(self.settings, self.data_folder)
        if running is not None and _answers(running):
            yield running
            return
        if not make and not (self.data_folder / STORE).exists():
            raise Refused(CliReason.NO_NODE, f"{self.data_folder} holds no node")
        with loaded(self.launchers.in_process)(self.settings, self.data_folder, self.environ) as opened:
            yield opened

    @contextmanager
    def acting_node(self, *, make: bool = False) -> Iterator[NodeApi]:
        """The node that this person acts on: the one of the login, else this machine's own; see `own_node`."""
        login = asking.stored_login(self.environ, self.config_folder)
        if login.base or login.key:
            yield self.node
            return
        with self.own_node(make=make) as node:
            yield node


def _answers(node: NodeApi) -> bool:
    """Whether the node that wrote down where it runs still does; one that was killed leaves its note behind."""
    try:
        node.call("GET", "/healthz")
    except Unavailable:
        return False
    return True
