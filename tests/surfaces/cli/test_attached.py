"""`verify` of a message: what is attached to it is verified, and what it is about is looked for beside it."""

import json
from email.message import EmailMessage

import pytest

PLACE = {"TZ": "Europe/Madrid"}


@pytest.fixture
def parts(shell) -> dict[str, bytes]:
    """A file, a proof of it, and a proof of a text."""
    (shell.home / "plan.txt").write_bytes(b"The plan.\n")
    made = shell("prove", "-f", "plan.txt", **PLACE), shell("prove", "Only a text", **PLACE)
    return {"plan.txt": b"The plan.\n", "of-file.json": made[0].out.encode(), "of-text.json": made[1].out.encode()}


def message(parts: dict[str, bytes], *names: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "a@example.com", "b@example.com"
    made.set_content("See below.")
    for name in names:
        made.add_attachment(parts[name], maintype="application", subtype="json", filename=name)
    return made.as_bytes()


def test_each_proof_says_which_attachment_it_is_about(shell, parts) -> None:
    whole = message(parts, "plan.txt", "of-file.json", "of-text.json")
    done = shell("verify", "-", "--json", stdin=whole)
    assert done.status == 0
    assert [(one["target"], one["about"]) for one in done.objects] == [
        ("-#of-file.json", "plan.txt"), ("-#of-text.json", None),
    ]  # fmt: skip
    words = shell("verify", "-", stdin=whole).out
    assert "It is about plan.txt." in words
    assert "none of the things beside it" in words


def test_one_that_does_not_hold_decides(shell, parts) -> None:
    parts["of-text.json"] = parts["of-text.json"].replace(b"Only a text", b"Another one")
    done = shell("verify", "-", "--json", stdin=message(parts, "of-file.json", "of-text.json"))
    assert (done.status, [one["valid"] for one in done.objects]) == (20, [True, False])


def test_a_receipt_that_is_attached_is_verified_too(shell, parts) -> None:
    head = json.dumps({"receipt": "eyJ0eXAiOiJTU0NULXJlY2VpcHQifQ.e30.AAAA"}).encode()
    done = shell("verify", "-", "--json", stdin=message({**parts, "receipt.json": head}, "receipt.json"))
    assert (done.status, done.object["kind"], done.object["target"]) == (20, "receipt", "-#receipt.json")


def test_a_message_without_any_says_what_judges_it(shell, parts) -> None:
    done = shell("verify", "-", "--json", stdin=message(parts, "plan.txt"))
    assert (done.status, done.object["error"]["code"]) == (2, "THING_UNKNOWN")
    assert "frankmark check" in shell("verify", "-", stdin=message(parts, "plan.txt")).err
