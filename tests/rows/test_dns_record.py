"""The DNS record: `_securestamp.<domain>` as a verifier sees it, over a real name server."""

import subprocess
import time
import uuid
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from tests.rows.staging import dig, needs, until

from frankmark.protocols.securestamp.token import issue_token, parse_token


def of_dns(node, domain):
    return node.anyone.channels(domain)["dns"]


@pytest.mark.row("L2")
def test_L2_three_channels_bring_the_same_stamp_one_at_a_time_and_say_which(world, node, stamped):
    record_only = node.anyone.channels(stamped.domain)
    assert (record_only["dns"]["result"], record_only["dns"]["stampId"]) == ("pass", stamped.stamp_id)
    assert record_only["header"]["result"] == "unchecked"
    world.zone.put(f"_securestamp.{stamped.domain}", "TXT", [])
    gone = until(lambda: of_dns(node, stamped.domain), lambda one: one["result"] == "none")
    assert gone["result"] == "none"
    header_only = node.anyone.channels(stamped.domain, token=stamped.token)
    assert (header_only["header"]["result"], header_only["header"]["stampId"]) == ("pass", stamped.stamp_id)
    assert header_only["dns"]["result"] == "none"
    api_only = node.anyone.channels(stamped.domain)
    assert (api_only["api"]["result"], api_only["api"]["stampId"]) == ("pass", stamped.stamp_id)
    assert (api_only["dns"]["result"], api_only["header"]["result"]) == ("none", "unchecked")
    assert {name for name, one in api_only.items() if one["channel"] == name} == {"dns", "header", "api"}


@pytest.mark.row("L3")
def test_L3_the_record_answers_and_its_absence_is_none(world, node, stamped):
    assert dig(world, f"_securestamp.{stamped.domain}") == stamped.publish["text"]
    assert of_dns(node, stamped.domain) == {
        "channel": "dns",
        "result": "pass",
        "reason": None,
        "stampId": stamped.stamp_id,
    }
    world.zone.put(f"_securestamp.{stamped.domain}", "TXT", [])
    assert until(lambda: of_dns(node, stamped.domain), lambda one: one["result"] != "pass")["result"] == "none"


@pytest.mark.row("W9")
def test_W9_the_record_counts_without_any_message_and_its_absence_is_none(world, node, stamped):
    """As L3: nothing of a message is needed, and no message can stand in for the record."""
    assert of_dns(node, stamped.domain)["result"] == "pass"
    world.zone.put(f"_securestamp.{stamped.domain}", "TXT", [])
    assert until(lambda: of_dns(node, stamped.domain), lambda one: one["result"] != "pass")["result"] == "none"
    assert node.anyone.channels(stamped.domain, token=stamped.token)["dns"]["result"] == "none"


@pytest.mark.row("L4")
def test_L4_a_record_of_another_version_or_of_none_is_a_permerror(world, node):
    text = "securestamp={version}id={stamp_id}; url={url}"
    for version, reason in {
        "v=2; ": "VERSION_UNSUPPORTED",
        "": "VERSION_UNSUPPORTED",
        "v=11; ": "VERSION_UNSUPPORTED",
        "v=; ": "TAG_LIST_MALFORMED",
    }.items():
        made = world.stamp(node, world.mail_domain(world.name()))
        wrong = text.format(version=version, stamp_id=made.stamp_id, url=made.url)
        world.zone.put_text(f"_securestamp.{made.domain}", wrong.encode())
        seen = until(lambda made=made: of_dns(node, made.domain), lambda one: one["reason"])
        assert (seen["result"], seen["reason"]) == ("permerror", reason), version


@pytest.mark.row("L5")
def test_L5_an_id_of_another_form_is_a_permerror_and_an_unknown_one_fails(world, node):
    for wrong in ("f47ac10b-58cc-1372-a567-0e02b2c3d479", "1234", "f47ac10b58cc4372a5670e02b2c3d479"):
        made = world.stamp(node, world.mail_domain(world.name()))
        text = f"securestamp=v=1; id={wrong}; url={made.url}"
        world.zone.put_text(f"_securestamp.{made.domain}", text.encode())
        seen = until(lambda made=made: of_dns(node, made.domain), lambda one: one["reason"])
        assert (seen["result"], seen["reason"]) == ("permerror", "STAMP_ID_MALFORMED"), wrong

    # A token that our own key signed, for a stamp that the ledger never heard of.
    made = world.stamp(node, world.mail_domain(world.name()))
    unknown = str(uuid.UUID(int=uuid.UUID(made.stamp_id).int ^ 1))
    signing = node.running.services.keyring.signing
    claims = replace(parse_token(made.token).claims, stamp_id=unknown)
    token = issue_token(claims, signing.private, signing.jwk.kid)
    url = made.url.replace(made.token, token)
    world.zone.put_text(f"_securestamp.{made.domain}", f"securestamp=v=1; id={unknown}; url={url}".encode())
    seen = until(lambda: of_dns(node, made.domain), lambda one: one["stampId"] or one["reason"] == "STAMP_UNKNOWN")
    assert (seen["result"], seen["reason"]) == ("fail", "STAMP_UNKNOWN")


@pytest.mark.row("L6")
def test_L6_the_url_of_a_record_is_answered_by_the_node(world, node, stamped):
    text = dig(world, f"_securestamp.{stamped.domain}")
    url = urlsplit(text.rpartition("url=")[2])
    assert url.scheme == "https"
    assert node.anyone.get(url.path, Accept="text/html").status == 200
    answer = node.anyone.get(url.path, Accept="application/json")
    assert (answer.status, answer.json["valid"]) == (200, True)


@pytest.mark.row("L7")
def test_L7_both_spellings_and_three_strings_are_the_same_record(world, node):
    def wrapped(made):
        lines = f"securestamp=v=1;\nid={made.stamp_id};\nurl={made.url[:90]}\n{made.url[90:]}"
        world.zone.put_text(f"_securestamp.{made.domain}", lines.encode())

    def one_line(made):
        world.zone.put_text(f"_securestamp.{made.domain}", made.publish["text"].encode())

    def three_strings(made):
        text = made.publish["text"]
        parts = [text[:201], text[201:402], text[402:]]
        world.zone.put(f"_securestamp.{made.domain}", "TXT", [" ".join(f'"{part}"' for part in parts)])

    for spell in (wrapped, one_line, three_strings):
        made = world.stamp(node, world.mail_domain(world.name()))
        spell(made)
        seen = until(lambda made=made: of_dns(node, made.domain), lambda one: one["result"] == "pass")
        assert seen == {"channel": "dns", "result": "pass", "reason": None, "stampId": made.stamp_id}, spell.__name__


@pytest.mark.row("L8")
def test_L8_no_mail_server_takes_part_in_the_record(world, node, stamped):
    """L3 with nobody at the domain's mail exchanger, no header and no milter."""
    world.zone.put(stamped.domain, "MX", [])
    time.sleep(1.1)  # what was asked before is forgotten
    channels = node.anyone.channels(stamped.domain)
    assert (channels["dns"]["result"], channels["header"]["result"]) == ("pass", "unchecked")


@pytest.mark.row("L9")
def test_L9_the_line_to_copy_is_one_that_named_checkzone_accepts(world, node, stamped, tmp_path):
    del world
    needs("named-checkzone")
    line = stamped.publish["zone"]
    assert line.startswith(f"_securestamp.{stamped.domain}. ")
    assert all(len(each) <= 255 for each in stamped.publish["strings"])
    soa = f"@ IN SOA ns.{stamped.domain}. h.{stamped.domain}. 1 3600 600 86400 60"
    head = f"$TTL 3600\n{soa}\n@ IN NS ns\nns IN A 192.0.2.9\n"
    for name, text in {"good": line, "bad": line.replace('" "', "")}.items():
        (tmp_path / name).write_text(f"{head}{text}\n")
    for name, status in {"good": 0, "bad": 1}.items():
        done = subprocess.run(
            ["named-checkzone", stamped.domain, tmp_path / name],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert done.returncode == status, done.stdout
    again = node.admin.good("GET", f"/api/stamps/{stamped.stamp_id}/publication")
    assert again == stamped.publish
