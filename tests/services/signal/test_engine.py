"""The engine, its receipts and its logs when things go wrong: full disks, crashes, lost control, ended keys."""

import asyncio
from dataclasses import replace

import pytest
from tests.services.signal.case_desk import SUFFIXES
from tests.services.signal.house import DAY_S, Brand, House

from frankmark.foundation.errors import Error, Refused, Unavailable
from frankmark.foundation.keys import P256PrivateKey
from frankmark.foundation.merkle import verify_consistency, verify_inclusion
from frankmark.ports.durability import Damaged, StoreReason
from frankmark.ports.paging import Page
from frankmark.ports.signal import Control
from frankmark.protocols.signal.logs import LogName, read_head, receipts_leaf, verify_head
from frankmark.protocols.signal.model import Artifact, ArtifactType, Attribution, Fact, ObservedSignal
from frankmark.protocols.signal.receipt import about_unknown_brand, read, request_hash
from frankmark.protocols.signal.receipt_check import Check, verify
from frankmark.services.brands import Brands
from frankmark.services.channels import Asked, Question
from frankmark.services.log_reasons import LogReason
from frankmark.services.principals import LOCAL_ADMIN, Principal, Role
from frankmark.services.signal_logs import SignalLogs
from frankmark.services.transparency import TransparencyLog

NUMBER = "+14155550123"
FULL = Unavailable(StoreReason.STORE_FULL, "no room")


@pytest.fixture
async def house() -> House:
    return await House().open()


async def refused(awaitable: object) -> str:
    with pytest.raises(Error) as caught:
        await awaitable  # type: ignore[misc]  # a coroutine, as said
    return str(caught.value.code)


async def test_a_full_disk_keeps_the_receipt_back_and_not_the_verdict(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    house.trees.switches.refuse("stage", FULL, times=2)
    for nonce in ("n", None):
        result = await house.ask("domain", "acme.example", acme.id, nonce)
        assert result.finding.fact is Fact.PERTENECE
        assert (result.issued.id, result.issued.text, result.issued.code) == ("", "", "STORE_FULL")
    assert (await house.ask("domain", "acme.example", acme.id)).issued.id  # what brought none is not remembered
    house.trees.switches.refuse("stage", Unavailable(StoreReason.STORE_LOCKED, ""))
    assert await refused(house.ask("domain", "acme.example", acme.id, "n")) == "STORE_LOCKED"


async def test_the_same_question_gets_the_same_receipt_for_a_minute_as_long_as_the_answer_is(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")

    async def asked(brand: str = acme.id) -> str:
        return (await house.ask("domain", "elsewhere.example", brand)).issued.id

    together = await asyncio.gather(*(asked() for _ in range(20)))
    assert len(set(together)) == 1
    assert house.size(LogName.RECEIPTS) == 1
    house.clock.pass_s(59)
    assert await asked() == together[0]
    assert await asked("") != together[0]
    await house.publish(acme, "domain acme.example", f"whatsapp {NUMBER}")
    second = await asked()
    assert second != together[0]
    house.clock.pass_s(60)
    assert await asked() not in {second, together[0]}


async def test_whoever_gives_up_does_not_take_the_receipt_from_those_who_wait(house: House) -> None:
    first = asyncio.create_task(house.ask("domain", "a.example"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(house.ask("domain", "a.example"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).issued.id


async def test_a_perimeter_that_a_crash_kept_out_of_the_log_is_served_once_it_is_in(house: House) -> None:
    acme = house.brand("acme.example")
    house.trees.switches.refuse("stage", FULL)
    text = house.signed(acme, "domain acme.example")
    assert await refused(house.perimeters.publish(acme.by, text)) == "STORE_FULL"
    assert await house.brands.held(acme.id) is None
    assert (await house.ask("domain", "acme.example", acme.id)).finding.fact is Fact.UNKNOWN
    again = await House.open(house)
    await again.perimeters.log_owed()
    assert (await again.ask("domain", "acme.example", acme.id)).finding.fact is Fact.PERTENECE
    published = await again.perimeters.publish(acme.by, text)  # the same text again is no second perimeter
    assert published.first
    assert again.size(LogName.OFFICIAL) == 1


async def test_an_answer_that_was_lost_leads_to_no_second_leaf(house: House) -> None:
    acme = house.brand("acme.example")
    house.store.switches.refuse("log_perimeter", FULL)
    text = house.signed(acme, "domain acme.example")
    assert await refused(house.perimeters.publish(acme.by, text)) == "STORE_FULL"
    assert house.size(LogName.OFFICIAL) == 1
    await house.perimeters.publish(acme.by, text)
    assert house.size(LogName.OFFICIAL) == 1
    assert [brand for brand, _ in house.changed] == [acme.id]


async def test_who_publishes_and_what_is_refused(house: House) -> None:
    acme = house.brand("acme.example")
    text = house.signed(acme, "domain acme.example")
    reader = replace(acme.by, role=Role.READER)
    assert await refused(house.perimeters.publish(None, text)) == "AUTH_REQUIRED"
    assert await refused(house.perimeters.publish(reader, text)) == "FORBIDDEN"
    assert await refused(house.perimeters.publish(LOCAL_ADMIN, text)) == "FORBIDDEN"  # of no organisation
    assert await refused(house.perimeters.publish(acme.by, text[:-4] + "AAAA")) == "SIGNATURE_FALSE"
    for changes in ({"iat": house.clock.s + 301}, {"iat": 0, "exp": 1}):
        later = house.signed(acme, "domain acme.example", **changes)
        assert await refused(house.perimeters.publish(acme.by, later)) == "PERIMETER_TIME"
    house.names.failing = True
    assert await refused(house.perimeters.publish(acme.by, text)) == "CHALLENGE_UNAVAILABLE"
    house.names.failing = False
    away = house.signed(acme, "domain acme.example", "domain other.example")
    assert await refused(house.perimeters.publish(acme.by, away)) == "BRAND_KEY_MISMATCH"
    assert (await house.perimeters.publish(acme.by, text)).first
    stranger = Principal(actor="key_2", org_id="org_2", role=Role.ORG)
    assert await refused(house.perimeters.publish(stranger, text)) == "FORBIDDEN"


async def test_a_domain_whose_zone_speaks_for_another_brand_changes_hands(house: House) -> None:
    old, heir = house.brand("acme.example"), house.brand("acme.example", "org_2", name="Heir")
    house.vouch(old)
    await house.publish(old, "domain acme.example subtree")
    both = f"ssbrand=v=1; jkt={heir.key.public.thumbprint()}".encode()
    house.names.texts["_securestamp-brand.shop.acme.example"] = both
    shop = moved(heir, "shop.acme.example")
    assert await refused(house.publish(shop, "domain shop.acme.example")) == "CHANNEL_CLAIMED"
    house.vouch(heir)
    await house.publish(heir, "domain acme.example")
    assert (await house.ask("domain", "acme.example", heir.id)).finding.fact is Fact.PERTENECE
    assert (await house.ask("domain", "acme.example", old.id)).finding.fact is Fact.UNKNOWN
    found = await house.brands.find("acme.example")
    assert found is not None
    assert found.brand == heir.id


def moved(brand: Brand, domain: str) -> Brand:
    """Another brand with the same key."""
    return replace(brand, domain=domain, id=brand.id[:-1] + ("0" if brand.id[-1] != "0" else "1"))


async def test_who_holds_a_name_below_a_domain_does_not_take_the_domain(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example subtree")
    del house.names.texts["_securestamp-brand.acme.example"]  # it need stand there only while it publishes
    below = house.brand("old.acme.example", "org_2")
    assert await refused(house.publish(below, "domain old.acme.example")) == "CHANNEL_CLAIMED"
    assert (await house.ask("domain", "acme.example")).brand.id == acme.id
    heir = house.brand("acme.example", "org_3")
    await house.publish(heir, "domain shop.acme.example")
    assert (await house.ask("domain", "acme.example", acme.id)).finding.fact is Fact.UNKNOWN


async def test_shown_control_takes_a_channel_from_whoever_only_said_so(house: House) -> None:
    first, second = house.brand("first.example"), house.brand("second.example", "org_2")
    number = Artifact(type=ArtifactType.WHATSAPP, value=NUMBER)
    await house.publish(first, "domain first.example", f"whatsapp {NUMBER}")
    assert (await house.ask("whatsapp", NUMBER)).finding.fact is Fact.UNKNOWN  # nobody has shown anything
    assert await refused(house.publish(second, "domain second.example", f"whatsapp {NUMBER}")) == "CHANNEL_CLAIMED"
    await house.perimeters.show_control("org_2", number, "whatsapp-code")
    await house.publish(second, "domain second.example", f"whatsapp {NUMBER}")
    found = await house.ask("whatsapp", NUMBER)
    assert (found.finding.fact, found.brand and found.brand.id) == (Fact.PERTENECE, second.id)
    assert (await house.ask("whatsapp", NUMBER, first.id)).finding.fact is Fact.NO_PERTENECE
    rows = await house.brands.holders((number,))
    assert {row.brand: row.control for row in rows} == {first.id: Control.DISPLACED, second.id: Control.PROVEN}
    told = [act for act in house.store.acts if act.act == "channel.displaced"]
    assert [(act.org_id, act.target) for act in told] == [("org_1", first.id)]


async def test_short_links_and_mail_addresses_of_a_proven_domain_are_proven(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(
        acme,
        "domain acme.example",
        "shortlink https://go.acme.example/a",
        "email help@acme.example",
        "shortlink https://bit.example/a",
    )
    controls = {row.value: row.control for row in await house.store.channels_of(acme.id)}
    assert controls.pop("https://bit.example/a") is Control.CLAIMED
    assert set(controls.values()) == {Control.PROVEN}
    assert (await house.ask("url", "https://go.acme.example/a")).finding.fact is Fact.PERTENECE
    assert (await house.ask("url", "https://bit.example/a")).finding.fact is Fact.UNKNOWN


async def test_a_stored_perimeter_that_is_not_the_brands_decides_nothing(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    good = house.store.perimeter_rows[acme.id, 1]
    key = P256PrivateKey.generate()
    mine = replace(acme, key=key)
    forged = house.signed(replace(mine, last=None), "domain evil.example")
    spoilt = (
        {"jws": good.jws[:-4] + "AAAA"},
        {"jkt": key.public.thumbprint()},
        {"jws": forged, "jkt": key.public.thumbprint()},
        {"leaf_index": 0, "jws": forged, "jkt": key.public.thumbprint()},
    )
    for changes in spoilt:
        house.store.perimeter_rows[acme.id, 1] = replace(good, **changes)
        again = await House.open(house)
        with pytest.raises(Damaged):
            await again.ask("domain", "evil.example", acme.id)
    house.store.perimeter_rows[acme.id, 1] = good
    assert (await (await House.open(house)).ask("domain", "acme.example", acme.id)).finding.fact is Fact.PERTENECE


async def test_a_perimeter_ends_by_itself_and_another_brand_may_have_its_anchor(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    assert (await house.ask("domain", "acme.example", "acme.example")).finding.fact is Fact.PERTENECE
    house.clock.pass_s(90 * DAY_S)
    assert (await house.ask("domain", "acme.example", "acme.example")).finding.fact is Fact.UNKNOWN
    assert (await house.ask("domain", "acme.example")).finding.fact is Fact.UNKNOWN
    heir = house.brand("acme.example", "org_2")
    await house.publish(heir, "domain acme.example")
    found = await house.ask("domain", "acme.example", "ACME.example")
    assert found.brand is not None
    assert found.brand.id == heir.id


async def test_new_domains_are_seen_if_the_registry_answers_in_time(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    house.registry.registered = {"young.example": house.clock.ms - 3 * DAY_S * 1000, "old.example": 0}
    house.registry.silent = {"silent.example"}
    for name, seen in (("young.example", True), ("old.example", False), ("silent.example", False)):
        result = await house.ask("domain", f"www.{name}", acme.id)
        assert (ObservedSignal.NEW_DOMAIN in result.finding.signals) is seen
    assert house.registry.asked == ["young.example", "old.example", "silent.example"]
    await house.ask("domain", "acme.example", acme.id)  # inside, nothing is asked
    assert len(house.registry.asked) == 3
    await house.ages.close()


async def test_only_so_many_registries_are_asked_at_once(house: House) -> None:
    house.registry.silent = {f"s{number}.example" for number in range(30)}
    waiting = [asyncio.create_task(house.ages.days(name)) for name in sorted(house.registry.silent)]
    await asyncio.sleep(0.05)
    assert len(house.registry.asked) == 16
    await house.ages.close()
    assert set(await asyncio.gather(*waiting)) == {None}


async def test_a_receipt_under_an_ended_key_is_valid_where_a_head_of_that_time_was_kept(house: House) -> None:
    early = await house.ask("domain", "a.example", nonce="n1")
    await house.logs.keep_heads()
    house.clock.pass_s(10)
    late = await house.ask("domain", "a.example", nonce="n2")
    old = house.keyring.signing.jwk.kid
    house.clock.pass_s(10)
    house.keyring.rotate()
    house.keyring.retire(old)
    first = await house.receipts.examine(early.issued.id)
    assert (first.reason, all(first.checks.values())) == ("", True)
    second = await house.receipts.examine(late.issued.id)
    assert second.reason == "KEY_TIME_UNPROVEN"
    assert second.checks == {Check.SIGNATURE: True, Check.KEY: False, Check.INCLUSION: True}
    fresh = await house.ask("domain", "a.example", nonce="n3")
    assert (await house.receipts.examine(fresh.issued.id)).reason == ""


async def test_a_stored_receipt_that_was_altered_is_not_valid(house: House) -> None:
    kept = await house.ask("domain", "a.example", nonce="n1")
    other = await house.ask("domain", "b.example", nonce="n1")
    log = house.logs.log(LogName.RECEIPTS)
    swapped = await house.trees.replace_attachment(log.origin, 0, other.issued.text.encode())
    assert swapped
    found = await house.receipts.examine(kept.issued.id)
    assert (found.reason, found.checks[Check.INCLUSION]) == ("INCLUSION_FALSE", False)
    await house.trees.replace_attachment(log.origin, 0, b"\xff nothing of ours")
    examined, now = await house.channels.examine(kept.issued.id)
    assert examined.reason
    assert (examined.claims, now) == (None, None)


async def test_what_a_receipt_says_and_what_would_be_said_now(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    inside = await house.ask("domain", "acme.example", acme.id)
    alone = await house.ask("domain", "acme.example")
    nothing = await house.channels.look_up([Asked(subject=None, attribution=Attribution.CONTENT_ONLY)], acme.id)
    await house.publish(acme)
    for result, then in ((inside, Fact.PERTENECE), (alone, Fact.PERTENECE), (nothing.results[0], Fact.UNKNOWN)):
        examined, now = await house.channels.examine(result.issued.id)
        assert examined.receipt is not None
        assert (examined.receipt.claims.fact, now, examined.reason) == (then, Fact.UNKNOWN, "")
        assert verify(result.issued.text, house.keyring.jwks) == examined.receipt


async def test_who_asks_about_a_brand_that_nobody_knows_gets_no_receipt_against_another(house: House) -> None:
    await house.publish(house.brand("acme.example"), "domain acme.example")
    result = await house.ask("domain", "acme.example", "nobody.example")
    assert (result.finding.fact, result.brand) == (Fact.UNKNOWN, None)
    examined, now = await house.channels.examine(result.issued.id)
    assert (examined.reason, now) == ("", None)  # only whoever asked can ask again
    claims = verify(result.issued.text, house.keyring.jwks).claims
    assert about_unknown_brand(claims)
    assert claims.req == request_hash("nobody.example", claims.artifact, None)
    assert (await house.ask("domain", "acme.example", "somebody.example")).issued.id != result.issued.id
    assert not about_unknown_brand(read((await house.ask("domain", "elsewhere.example")).issued.text).claims)


async def test_of_long_perimeters_only_so_many_are_remembered(house: House) -> None:
    several = [house.brand(f"b{number}.example") for number in range(4)]
    for brand in several:
        await house.publish(brand, *(f"domain x{number}.{brand.domain}" for number in range(100)))
    kept = 2 * len(several[0].text) + 100
    brands = Brands(house.store, house.logs, SUFFIXES, house.clock, kept)
    for brand in (*several, *several):
        held = await brands.held(brand.id)
        assert held is not None
        assert held.document.text == brand.text
        assert 0 < brands.remembered <= 2 * kept


async def test_receipts_are_forgotten_after_their_days_and_their_hashes_never(house: House) -> None:
    texts = []
    for number in range(9):
        texts.append((await house.ask("domain", "a.example", nonce=f"n{number}")).issued)
        house.clock.pass_s(50 * DAY_S)
    for count in (1, 2):  # the second is 400 days old to the second
        await house.receipts.forget()
        assert [one for one in texts if await house.logs.receipt(one.id) is not None] == texts[count:]
        house.clock.pass_s(1)
    for one in texts:
        leaf = await house.logs.leaf(LogName.RECEIPTS, texts.index(one))
        assert leaf.data == receipts_leaf(one.text)
    with pytest.raises(Refused):
        await house.receipts.examine(texts[0].id)
    house.clock.pass_s(1_000 * DAY_S)
    await house.receipts.forget()
    await house.receipts.forget()
    assert [await house.logs.receipt(one.id) for one in texts] == [None] * 9


async def test_a_receipt_that_nobody_can_read_takes_no_other_with_it(house: House) -> None:
    issued = [(await house.ask("domain", "a.example", nonce=f"n{number}")).issued for number in range(5)]
    origin = house.logs.log(LogName.RECEIPTS).origin
    for spoilt in ((2,), (1, 2, 3), (2, 3, 4), (0, 1, 2, 3, 4)):
        for index in spoilt:
            await house.trees.replace_attachment(origin, index, b"spoilt")
        await house.receipts.forget()
        for index, one in enumerate(issued):
            held = await house.logs.receipt(one.id)
            assert held is not None
            assert held.logged is (index not in spoilt)
            await house.trees.replace_attachment(origin, index, one.text.encode())


async def test_erasure_leaves_the_hash_of_a_perimeter_and_every_proof(house: House) -> None:
    acme, other = house.brand("acme.example"), house.brand("other.example", "org_2")
    await house.publish(acme, "domain acme.example")
    await house.publish(other, "domain other.example")
    before = await house.logs.leaf(LogName.OFFICIAL, 0)
    await house.perimeters.erase(acme.by, "org_1")
    after = await house.logs.leaf(LogName.OFFICIAL, 0)
    assert (after.leaf, before.data, after.data) == (before.leaf, acme.text.encode(), None)
    assert await house.logs.place(LogName.OFFICIAL, before.leaf) == 0
    head = house.logs.head(LogName.OFFICIAL).head
    verify_inclusion(before.leaf, 0, head.size, await house.logs.inclusion(LogName.OFFICIAL, 0, 2), head.root)
    assert await house.brands.held(acme.id) is None
    assert await house.brands.find("acme.example") is None
    assert (await house.ask("domain", "acme.example", acme.id)).finding.fact is Fact.UNKNOWN
    assert (await house.ask("domain", "other.example", other.id)).finding.fact is Fact.PERTENECE
    again = house.brand("acme.example", "org_3")
    await house.publish(again, "domain acme.example")
    assert (await house.ask("domain", "acme.example", again.id)).finding.fact is Fact.PERTENECE


async def test_heads_are_signed_before_an_answer_and_anew_every_hour(house: House) -> None:
    empty = house.logs.head(LogName.OFFICIAL)
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    first = house.logs.head(LogName.OFFICIAL)
    assert (empty.head.size, first.head.size, first.head.root) == (0, 1, house.logs.log(LogName.OFFICIAL).head.root)
    verify_head(read_head(first.text), house.keyring.jwks)
    house.clock.pass_s(3599)
    assert house.logs.head(LogName.OFFICIAL) is first
    house.clock.pass_s(1)
    second = house.logs.head(LogName.OFFICIAL)
    assert (second.head.size, second.head.ts_ms - first.head.ts_ms) == (1, 3_600_000)
    house.keyring.rotate()
    assert house.logs.head(LogName.OFFICIAL).parts.header.kid == house.keyring.signing.jwk.kid
    await house.publish(acme, "domain acme.example", f"whatsapp {NUMBER}")
    path = await house.logs.consistency(LogName.OFFICIAL, 1, 2)
    newest = house.logs.head(LogName.OFFICIAL).head
    verify_consistency(1, 2, path, first.head.root, newest.root)


async def test_entries_come_in_parts(house: House) -> None:
    for number in range(300):
        await house.logs.append_case(b"x" * 10_000 + str(number).encode(), key=f"m{number}")
    first = await house.logs.entries(LogName.ABUSE, 0, 300)
    assert 100 <= len(first) <= 110  # about 1 MiB
    found = list(first)
    while len(found) < 300:
        found += await house.logs.entries(LogName.ABUSE, len(found), 1_000)
    assert [leaf.index for leaf in found] == list(range(300))
    with pytest.raises(Refused):
        await house.logs.entries(LogName.ABUSE, 301, 302)


async def test_a_log_that_was_rolled_back_signs_nothing_and_its_successor_has_every_leaf(house: House) -> None:
    acme = house.brand("acme.example")
    await house.publish(acme, "domain acme.example")
    result = await house.ask("domain", "acme.example", acme.id, "n1")
    await house.logs.append_case(b"a leaf", key="m1")
    logs = house.logs
    await house.publish(acme, "domain acme.example", f"whatsapp {NUMBER}")
    await house.perimeters.erase(acme.by, "org_9")
    for name in LogName:
        closed = logs.log(name)
        house.signer._signed = {
            key: replace(head, size=head.size + 5) if key[1] == closed.origin else head
            for key, head in house.signer._signed.items()
        }
    again = await House.open(house)
    with pytest.raises(Refused):
        again.logs.head(LogName.OFFICIAL)
    with pytest.raises(Refused):
        await again.logs.append_receipt("x", "y")
    successors = {name: house.log(f"{logs.log(name).origin}/2") for name in LogName}
    for log in successors.values():
        await log.open()
    new = SignalLogs(successors, house.store, house.keyring, house.clock)
    for name in LogName:
        await new.succeed(name, again.logs.log(name))
        await new.succeed(name, again.logs.log(name))
        assert new.log(name).head.root == logs.log(name).head.root
    held = await new.receipt(result.issued.id)
    assert held is not None
    assert (held.text, held.logged) == (result.issued.text, True)
    appended = await new.append_perimeter(acme.text)
    assert (appended.index, appended.replayed) == (1, True)


async def test_receipts_are_left_out_while_their_log_signs_nothing(house: House) -> None:
    log = house.logs.log(LogName.RECEIPTS)
    assert isinstance(log, TransparencyLog)
    log._refusal = Refused(LogReason.LOG_ROLLED_BACK, "restored")
    result = await house.ask("domain", "a.example")
    assert (result.finding.fact, result.issued.code) == (Fact.UNKNOWN, "LOG_ROLLED_BACK")


async def test_questions_that_are_none(house: House) -> None:
    for question, code in (
        (Question(kind="domain", value="com"), "ARTIFACT_PUBLIC_SUFFIX"),
        (Question(kind="nonsense", value="x"), "ARTIFACT_TYPE"),
        (Question(kind="domain", value="a.example", brand="com"), "ARTIFACT_PUBLIC_SUFFIX"),
        (Question(kind="domain", value="a.example", nonce="a b"), "VALIDATION_FAILED"),
    ):
        assert await refused(house.channels.verify(question)) == code
    assert (await house.ask("domain", "a.example", "nobody.example")).finding.fact is Fact.UNKNOWN
    part = await house.store.brands(Page())
    assert part.items == ()
