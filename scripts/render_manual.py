"""Write `docs/reference/frankmark.1` out of the command; a test compares the two."""

import os
from pathlib import Path

from frankmark import __version__
from frankmark.launch import LAUNCHERS
from frankmark.surfaces.cli.desk import Desk
from frankmark.surfaces.cli.main import program
from frankmark.surfaces.cli.manual import manual

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "frankmark.1"

if __name__ == "__main__":
    PAGE.write_text(manual(program(Desk(environ=os.environ, launchers=LAUNCHERS)), __version__), encoding="ascii")
