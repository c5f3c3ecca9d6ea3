"""The registration vectors: API keys, names that may be registered, and answers to the ownership challenge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import frankmark
from frankmark.foundation.dns import Answer, Question, Status
from frankmark.foundation.errors import Error, Refused
from frankmark.mail.publicsuffix import PublicSuffixes
from frankmark.ports.fetch import Fetched, FetchReason
from frankmark.services.apikeys import parse_key
from frankmark.services.ownership import DomainPolicy, Ownership, instructions, parse_names

VECTORS = Path(__file__).parents[2] / "vectors"
FILE = json.loads((VECTORS / "registration.json").read_text(encoding="ascii"))
DATA = Path(frankmark.__file__).parent / "data"
CASES = 64


def of_verb(verb: str) -> list:
    return [pytest.param(case, id=case["name"]) for case in FILE["cases"] if case["verb"] == verb]


def test_the_file_is_whole() -> None:
    assert len(FILE["cases"]) == CASES
    assert len({(case["verb"], case["name"]) for case in FILE["cases"]}) == CASES
    schema = json.loads((VECTORS / "schema" / "registration.schema.json").read_text(encoding="ascii"))
    Draft202012Validator(schema).validate(FILE)


def test_the_generator_writes_these_very_octets(tmp_path: Path) -> None:
    generator = (VECTORS / "generate" / "registration.py").read_text(encoding="utf-8")
    (tmp_path / "generate").mkdir()
    (tmp_path / "generate" / "registration.py").write_text(generator, encoding="utf-8")
    subprocess.run([sys.executable, str(tmp_path / "generate" / "registration.py")], check=True)
    assert (tmp_path / "registration.json").read_bytes() == (VECTORS / "registration.json").read_bytes()


@pytest.mark.parametrize("case", of_verb("key"))
def test_key(case: dict) -> None:
    try:
        key = parse_key(case["key"])
    except Error as wrong:
        found = {"result": "refused", "reason": wrong.code.value}
    else:
        found = {"result": "key", "prefix": key.prefix, "sha256": key.digest}
    assert case["outcome"] == found


@pytest.fixture(scope="module")
def policy() -> DomainPolicy:
    return DomainPolicy(
        suffixes=PublicSuffixes.parse((DATA / "public_suffix_list.dat").read_text(encoding="utf-8")),
        free_mail=parse_names((DATA / "free_mail.txt").read_text(encoding="utf-8")),
    )


@pytest.mark.parametrize("case", of_verb("domain"))
def test_domain(case: dict, policy: DomainPolicy) -> None:
    try:
        found = {"result": "domain", "domain": policy.registrable(case["domain"])}
    except Error as wrong:
        found = {"result": "refused", "reason": wrong.code.value}
    assert case["outcome"] == found


class Shown:
    """A resolver and a fetcher that know one case."""

    def __init__(self, case: dict) -> None:
        self._case = case
        self._asked = instructions("example.com", case["token"], case["orgId"])

    async def resolve(self, question: Question) -> Answer:
        assert question.name == self._asked.record_name
        texts = self._case["texts"]
        if isinstance(texts, str):
            return Answer(status=Status(texts))
        return Answer(status=Status.OK, texts=tuple(tuple(s.encode() for s in strings) for strings in texts))

    async def get(self, url: str, **_budget: object) -> Fetched:
        assert url == self._asked.url
        page = self._case.get("page")
        if page is None:
            raise Refused(FetchReason.ADDRESS_REFUSED, "nobody there")
        return Fetched(status=page["status"], body=page["body"].encode(), url=page["url"])


@pytest.mark.parametrize("case", of_verb("answer"))
async def test_answer(case: dict) -> None:
    shown = Shown(case)
    try:
        found = (await Ownership(shown, shown).show("example.com", case["token"], case["orgId"])).value
    except Error as wrong:
        found = wrong.code.value
    assert case["outcome"] == found
