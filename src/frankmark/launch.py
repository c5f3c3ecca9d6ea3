"""From a verb to what does it: the only import strings of our own, and the only place that starts a server.

A command loads the one module its verb needs, so that `frankmark check` starts as fast as a mail filter needs it to.
"""

import sys

from frankmark.surfaces.cli.launchers import Launchers
from frankmark.surfaces.cli.main import run

__all__ = ["VERBS", "main"]

CLI = "frankmark.surfaces.cli"

VERBS: dict[str, str] = {
    "admin": f"{CLI}.admin:admin",
    "backup": f"{CLI}.keeping:backup",
    "batch": f"{CLI}.batch:batch",
    "check": f"{CLI}.check:check",
    "completion": f"{CLI}.completion:completion",
    "config": f"{CLI}.config:config",
    "connect": f"{CLI}.connect:connect",
    "counterstamp": f"{CLI}.counterstamp:counterstamp",
    "doctor": f"{CLI}.doctor:doctor",
    "key": f"{CLI}.key:key",
    "ledger": f"{CLI}.ledger:ledger",
    "login": f"{CLI}.account:login",
    "logout": f"{CLI}.account:logout",
    "migrate": f"{CLI}.keeping:migrate",
    "perimeter": f"{CLI}.perimeter:perimeter",
    "prove": f"{CLI}.prove:prove",
    "publish": f"{CLI}.registry:publish",
    "register": f"{CLI}.registering:register",
    "registry": f"{CLI}.registry:registry",
    "renew": f"{CLI}.registry:renew",
    "report": f"{CLI}.registry:report",
    "restore": f"{CLI}.keeping:restore",
    "revoke": f"{CLI}.registry:revoke",
    "score": f"{CLI}.score:score",
    "signal": f"{CLI}.signal:signal",
    "status": f"{CLI}.account:status",
    "trust": f"{CLI}.trust:trust",
    "up": f"{CLI}.up:up",
    "verify": f"{CLI}.verify:verify",
}

LAUNCHERS = Launchers(
    verbs=VERBS,
    serve="frankmark.surfaces.node.serving:serve",
    demonstrate="frankmark.surfaces.node.demo:demonstrate",
    in_process="frankmark.surfaces.node.serving:in_process",
)


def main() -> None:
    """The program."""
    sys.exit(run(sys.argv[1:], LAUNCHERS))
