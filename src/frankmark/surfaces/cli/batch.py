"""`batch`: many senders at once, a line each in the order of the file; with `--json`, an object a line."""

import time
from collections.abc import Iterator
from itertools import islice

import click

from frankmark.foundation.canonical import Json
from frankmark.foundation.errors import Error
from frankmark.ports.node_api import NodeAnswer
from frankmark.surfaces.cli import files, verdicts
from frankmark.surfaces.cli.answers import code_of, expect, text_of
from frankmark.surfaces.cli.check import fail_on
from frankmark.surfaces.cli.desk import Desk, as_json, desk_of
from frankmark.surfaces.cli.exits import DISPLAY, Exit, exit_of, failing, worst
from frankmark.surfaces.cli.output import SIGNS
from frankmark.surfaces.cli.reasons import CliReason

__all__ = ["batch"]

CHECK, BATCH = "/api/trust/check", "/api/trust/check/batch"
AT_ONCE = 50  # each counts as a request; without a key a node answers sixty a minute
LARGEST = 64 * 1_048_576
MOST_TRIES = 5
LONGEST_WAIT_S = 60
OK, NO_KEY, TOO_MANY = 200, 401, 429


@click.command()
@click.argument("file")
@fail_on
@as_json
@click.pass_context
def batch(context: click.Context, file: str, fail_on: str | None) -> int:
    """Check the domains and addresses of a file, one a line, `-` for standard input; a line each is printed.

    Progress goes to standard error. The exit status is that of the gravest answer.
    """
    desk = desk_of(context)
    targets = files.lines_of(file, LARGEST)
    found: set[Exit] = set()
    done = 0
    while part := list(islice(targets, AT_ONCE)):
        found.update(_part(desk, part))
        done += len(part)
        desk.output.progress(desk.output.say("batch.progress", done=done))
    return failing(worst(found), fail_on)


def _part(desk: Desk, targets: list[str]) -> Iterator[Exit]:
    try:
        results = _results(desk, targets)
        if not isinstance(results, list) or len(results) != len(targets):
            results = [
                {"target": one, "problem": {"code": CliReason.NODE_FAILED.value, "retryable": True}} for one in targets
            ]
    except Error as fault:  # nothing of this part was answered; each of its lines says so
        desk.output.progress(str(fault))
        error: Json = {"code": code_of(fault), "detail": fault.detail, "retryable": fault.retryable}
        for target in targets:
            _show(desk, {"target": target, "error": error})
        yield exit_of(fault)
        return
    for result in results:
        _show(desk, result)
        yield _status(result)


def _show(desk: Desk, result: Json) -> None:
    """One line, whatever came of it."""
    output = desk.output
    output.object(result)
    if output.as_json:
        return
    told = result if isinstance(result, dict) else {}
    problem = told.get("problem", told.get("error"))
    if not isinstance(problem, dict):
        verdicts.headline(output, told, text_of(told, "target"))
        return
    code = text_of(problem, "code")
    output.line(f"{SIGNS['unknown']} {text_of(told, 'target')}  {code}  {output.reason(code)}".rstrip(), "unknown")


def _results(desk: Desk, targets: list[str]) -> Json:
    """The node's answers in order; it takes many targets at once from those who have a key, else one at a time."""
    answer = _asked(desk, BATCH, {"targets": [{"target": target} for target in targets]})
    told = answer.body if isinstance(answer.body, dict) else {}
    if answer.status == NO_KEY and text_of(told, "code") == "AUTH_REQUIRED":
        return [_alone(target, _asked(desk, CHECK, {"target": target})) for target in targets]
    return expect(answer).get("results")


def _alone(target: str, answer: NodeAnswer) -> Json:
    """One target's answer as a batch would hold it."""
    return answer.body if answer.status == OK else {"target": target, "problem": answer.body}


def _asked(desk: Desk, path: str, body: Json) -> NodeAnswer:
    """The node's answer; where it asks for patience, it gets it."""
    for _ in range(MOST_TRIES):
        answer = desk.node.call("POST", path, body)
        wait = answer.headers.get("retry-after", "")
        if answer.status != TOO_MANY or not wait.isdecimal() or int(wait) > LONGEST_WAIT_S:
            return answer
        desk.output.progress(desk.output.say("batch.waiting", seconds=int(wait)))
        time.sleep(int(wait))
    return desk.node.call("POST", path, body)


def _status(result: Json) -> Exit:
    if not isinstance(result, dict):
        return Exit.OURS
    problem = result.get("problem")
    if not isinstance(problem, dict):
        return DISPLAY.get(text_of(result, "display"), Exit.OURS)
    if text_of(problem, "code").startswith("INVALID_"):
        return Exit.USAGE
    return Exit.UNREACHABLE if problem.get("retryable") else Exit.REFUSED
