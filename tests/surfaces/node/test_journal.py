"""What the log and the figures say, and what neither ever can."""

import asyncio
import io
import json

from frankmark.surfaces.node.journal import NodeJournal


def told() -> tuple[NodeJournal, io.StringIO]:
    stream = io.StringIO()
    return NodeJournal(version="1.2.3", stream=stream), stream


def test_a_defect_is_its_kind_and_its_place_and_never_its_words() -> None:
    journal, stream = told()
    try:
        int("a secret")
    except ValueError as fault:
        journal.failed(method="GET", template="/a/{b}", fault=fault)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["kind"], line["route"]) == ("defect", "ValueError", "/a/{b}")
    assert line["where"].startswith("test_a_defect_is_its_kind")
    assert "secret" not in stream.getvalue()
    assert b"frankmark_failures_total 1.0" in journal.metrics()


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    journal, stream = told()
    journal.failed(method="GET", template="/", fault=RuntimeError())
    assert json.loads(stream.getvalue())["where"] == "?"


def test_what_the_node_did_by_itself_is_a_line() -> None:
    journal, stream = told()
    journal.note("upkeep", part="renew", code="STORE_FULL")
    line = json.loads(stream.getvalue())
    assert {name: line[name] for name in ("event", "part", "code")} == {
        "event": "upkeep",
        "part": "renew",
        "code": "STORE_FULL",
    }


def test_figures_are_counted_by_template_and_method() -> None:
    journal, _ = told()
    for method in ("GET", "GET", "BREW"):
        journal.request(method=method, template="/a", status=200, elapsed_ms=3)
    figures = journal.metrics().decode()
    assert 'frankmark_requests_total{method="GET",route="/a",status="200"} 2.0' in figures
    assert 'frankmark_requests_total{method="OTHER",route="/a",status="200"} 1.0' in figures
    assert 'frankmark_request_seconds_count{route="/a"} 3.0' in figures
    assert 'frankmark_build_info{version="1.2.3"} 1.0' in figures


async def test_requests_that_end_in_one_turn_of_the_loop_are_written_together_and_in_their_order() -> None:
    journal, stream = told()
    for elapsed_ms in (1, 2):
        journal.request(method="GET", template="/a", status=200, elapsed_ms=elapsed_ms)
    assert not stream.getvalue()
    await asyncio.sleep(0)
    assert [json.loads(line)["ms"] for line in stream.getvalue().splitlines()] == [1, 2]


async def test_what_ended_before_stands_before_what_the_node_did_by_itself() -> None:
    journal, stream = told()
    journal.request(method="GET", template="/a", status=200, elapsed_ms=1)
    journal.note("upkeep", part="renew", code="STORE_FULL")
    await asyncio.sleep(0)
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["request", "upkeep"]
