"""`/api/v1/incidents`, as services call it over real HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, update

from bot.audit import AuditRecord
from bot.config import Category, Status
from bot.incidents import service as verbs
from bot.incidents.model import Incident, IncidentMember, TimelineEntry
from bot.outbox.model import OutboxMessage
from bot.web.v1 import tokens
from bot.web.v1.model import ApiAnswer
from tests.retaining import forget
from tests.web.services import SCOPES, Service, refused, serving


@pytest.fixture
def ci(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


def numbers(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["incidents"]]


def faults_of(answer: httpx.Response, status: int) -> dict[str, str]:
    """What is wrong with a call, by the place at which it is."""
    return {each["pointer"]: each["detail"] for each in refused(answer, status)["errors"]}


def test_what_a_service_declares_is_a_sev_like_any_other(ci: Service) -> None:
    answer = ci.declares(summary="cards are declined", workflows=["place-order"], drill=True)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/incidents/1"
    told = answer.json()
    assert told["declared_by"] == "api:ci"
    assert (told["name"], told["title"], told["severity"]) == ("SEV-1", "checkout is down", "SEV2")
    assert (told["summary"], told["workflows"], told["is_drill"]) == ("cards are declined", ["place-order"], True)
    assert (told["category"], told["is_private"], told["channel"]) == ("investigating", False, None)
    assert ci.asks("GET", "/1").json() == told
    with ci.bot.database.read() as session:
        (record,) = session.scalars(select(AuditRecord))
        assert (record.actor, record.action, record.source) == ("api:ci", "incident.declared", "api")
        asked_for = set(session.scalars(select(OutboxMessage.kind)))
        assert {"incident.create_channel", "incident.card", "incident.announcement"} <= asked_for
        assert session.scalars(select(IncidentMember.user_id)).all() == []


def test_a_call_with_a_name_is_done_once_and_answered_the_same(ci: Service) -> None:
    first = ci.asks(
        "POST", content={"title": "checkout is down", "severity": "SEV2"}, **{"Idempotency-Key": "deploy-7"}
    )
    ci.asks("PATCH", "/1", {"title": "checkout is slow"})
    again = ci.asks(
        "POST", content={"title": "checkout is down", "severity": "SEV2"}, **{"Idempotency-Key": "deploy-7"}
    )
    assert (again.status_code, again.json()) == (201, first.json())
    assert (again.headers["location"], again.headers["idempotent-replayed"]) == (first.headers["location"], "true")
    assert "idempotent-replayed" not in first.headers
    other = ci.asks("POST", content={"title": "sign-in is down", "severity": "SEV2"}, **{"Idempotency-Key": "deploy-7"})
    assert refused(other, 422)["detail"].startswith("This Idempotency-Key was used for another call.")
    elsewhere = ci.asks("POST", "/1/timeline", {"title": "x", "text": "x"}, **{"Idempotency-Key": "deploy-7"})
    refused(elsewhere, 422)
    theirs = ci.named("writer").asks(
        "POST", content={"title": "checkout is down", "severity": "SEV2"}, **{"Idempotency-Key": "deploy-7"}
    )
    assert theirs.json()["number"] == 2
    assert len(ci.kept()) == 2


def test_many_at_once_with_one_name_are_one_sev(ci: Service) -> None:
    def declare(_: int) -> httpx.Response:
        return ci.asks("POST", content={"title": "checkout is down", "severity": "SEV2"}, **{"Idempotency-Key": "x"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(declare, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len(ci.kept()) == 1


def test_what_was_refused_leaves_no_name_behind(ci: Service) -> None:
    refused(ci.asks("POST", content={"title": " ", "severity": "SEV2"}, **{"Idempotency-Key": "x"}), 422)
    assert ci.asks("POST", content={"title": "ok", "severity": "SEV2"}, **{"Idempotency-Key": "x"}).status_code == 201


def test_names_are_forgotten_after_a_week(ci: Service) -> None:
    ci.asks("POST", content={"title": "ok", "severity": "SEV2"}, **{"Idempotency-Key": "x"})
    now = ci.bot.clock.now()
    for days, left in ((6, 1), (8, 0)):
        forget(ci.bot.database, "api_answers", now=now + timedelta(days=days))
        with ci.bot.database.read() as session:
            assert len(session.scalars(select(ApiAnswer)).all()) == left


def test_the_same_words_twice_without_a_name_are_one_sev(ci: Service) -> None:
    assert [ci.declares().status_code for _ in range(2)] == [201, 200]
    assert len(ci.kept()) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_is_wrong_is_named_at_its_place(ci: Service) -> None:
    wrong: tuple[tuple[Any, str, str], ...] = (
        ({"severity": "SEV2"}, "/title", "Give the SEV a title"),
        ({"title": "x" * 151, "severity": "SEV2"}, "/title", "150 are possible"),
        ({"title": 7, "severity": "SEV2"}, "/title", "Give a text"),
        ({"title": "x", "severity": "SEV9"}, "/severity", "Possible are: SEV"),
        ({"title": "x", "severity": "SEV2", "summary": "x" * 3001}, "/summary", "3000 are possible"),
        ({"title": "x", "severity": "SEV2", "workflows": ["place-order", "nope"]}, "/workflows/1", "no such workflow"),
        ({"title": "x", "severity": "SEV2", "workflows": "place-order"}, "/workflows", "Give a list"),
        ({"title": "x", "severity": "SEV2", "drill": "yes"}, "/drill", "Give true or false"),
        ({"title": "x", "severity": "SEV2", "a/b~c": 1}, "/a~1b~0c", "There is no field of this name"),
    )
    for content, pointer, words in wrong:
        told = refused(ci.asks("POST", content=content), 422)
        assert told["errors"][0]["pointer"] == pointer
        assert words in told["errors"][0]["detail"]
    assert ci.kept() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_of_very_many_faults_some_are_told(ci: Service) -> None:
    answer = ci.asks("POST", content={f"field{number}": 1 for number in range(50_000)})
    assert len(refused(answer, 422)["errors"]) == 20
    assert len(answer.content) < 5_000


def test_what_is_no_object_is_not_understood(ci: Service) -> None:
    for body, status in (
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 50_000, 400),
        (b"1" * 5000, 400),
        (b"\xff", 400),
        (b" " * 1_000_001, 413),
    ):
        refused(ci.asks("POST", content=body), status)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_other_faults_of_a_call(ci: Service) -> None:
    refused(ci.asks("POST", content=b"title=x", **{"Content-Type": "application/x-www-form-urlencoded"}), 415)
    refused(ci.asks("POST", content={"title": "x", "severity": "SEV2"}, **{"Idempotency-Key": "a b"}), 400)
    assert refused(ci.asks("DELETE"), 405)["title"] == "This can't be done here"
    assert set(ci.asks("PUT", "/1").headers["allow"].split(", ")) == {"GET", "PATCH"}
    refused(ci.asks("GET", "/api/v1/incident"), 404)
    for number in ("2", "0", "-1", "x", "4294967297", "%00", "1%20", "٣"):
        refused(ci.asks("GET", f"/{number}"), 404)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_token_does_what_its_scopes_say_and_no_more(ci: Service) -> None:
    ci.declares()
    for name, method, status in (
        ("", "GET", 401),
        ("stranger", "GET", 401),
        ("counter", "GET", 403),
        ("writer", "GET", 403),
        ("reader", "POST", 403),
    ):
        for path in ("", "/1/timeline", "/1/updates"):
            refused(ci.named(name).asks(method, path, {"text": "x"} if method == "POST" else None), status)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_too_many_calls_are_told_to_wait(ci: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    callers = ci.bot.house.workflows.health.counts.callers
    monkeypatch.setattr(callers, "_burst", 2)
    monkeypatch.setattr(callers, "_per_second", 0)
    answers = [ci.named("reader").asks("GET") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert ci.asks("GET").status_code == 200


def test_when_a_token_was_used_last_is_written_down(ci: Service) -> None:
    for _ in range(2):
        ci.asks("GET")
        tokens.note_uses(ci.bot.house.workflows.health.counts.callers, ci.bot.database, ci.bot.clock)
    with ci.bot.database.read() as session:
        assert set(tokens.last_uses(session)) == {"ci"}


def test_private_sevs_are_there_for_tokens_that_may_see_them_alone(ci: Service) -> None:
    assert "incidents:private" in refused(ci.declares(private=True), 403)["detail"]
    auditor = ci.named("auditor")
    assert auditor.declares("salaries are public", private=True).json()["is_private"] is True
    ci.declares()
    assert (numbers(ci.asks("GET")), numbers(auditor.asks("GET"))) == ([2], [2, 1])
    for method, path, content in (
        ("GET", "/1", None), ("PATCH", "/1", {"severity": "SEV1"}), ("GET", "/1/timeline", None), ("GET", "/1/updates", None),
        ("POST", "/1/timeline", {"text": "x"}), ("POST", "/1/updates", {"text": "x"}),
    ):  # fmt: skip
        unseen, missing = ci.asks(method, path, content), ci.asks(method, path.replace("1", "7"), content)
        assert refused(unseen, 404) == refused(missing, 404)
        assert auditor.asks(method, path, content).is_success


def test_an_answer_is_given_again_to_whom_may_still_see_it_alone(database_url: str) -> None:
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("PATCH", "/1", {"title": "salaries were public"}),
        ("POST", "/1/timeline", {"text": "taken down"}), ("POST", "/1/updates", {"text": "taken down"}),
    )  # fmt: skip

    def ask(auditor: Service) -> list[httpx.Response]:
        return [auditor.asks(*call, **{"Idempotency-Key": f"call {call[1]}".replace(" ", "-")}) for call in calls]

    with serving(database_url) as ci:
        ci.named("auditor").declares("salaries are public", private=True)
        first = ask(ci.named("auditor"))
        again = ask(ci.named("auditor"))
        assert [each.json() for each in again] == [each.json() for each in first]
        assert {each.headers.get("idempotent-replayed") for each in again} == {"true"}
    with serving(database_url, SCOPES | {"auditor": SCOPES["ci"]}) as ci:
        missing = refused(ci.asks("GET", "/7"), 404)
        assert [refused(each, 404) for each in ask(ci.named("auditor"))] == [missing] * 3


def test_what_a_service_declared_stays_unseen_once_it_is_private(ci: Service) -> None:
    declaration, name = {"title": "checkout is down", "severity": "SEV2"}, {"Idempotency-Key": "deploy-7"}
    ci.asks("POST", content=declaration, **name)
    ci.bot.database.run(lambda session: session.execute(update(Incident).values(is_private=True)))
    ci.bot.database.run(lambda session: session.execute(delete(IncidentMember)))
    refused(ci.asks("POST", content=declaration, **name), 404)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_refusals_tell_services_what_to_send_and_not_what_to_type(ci: Service) -> None:
    ci.declares()
    steps: tuple[tuple[str, int, str], ...] = (
        ("cancelled", 422, '"status": "cancelled", "reason"'), ("identified", 200, ""), ("investigating", 409, "cancelled with a reason"),
        ("mitigated", 200, ""), ("identified", 422, '"status": "identified", "reason"'), ("resolved", 200, ""), ("mitigated", 409, "investigating, with a reason"),
        ("cancelled", 409, "investigating, with a reason"), ("investigating", 422, "investigating"),
    )  # fmt: skip
    for status, expected, hint in steps:
        answers = [ci.asks("PATCH", "/1", {"status": status})]
        if expected != 200:
            answers.append(ci.asks("POST", "/1/updates", {"text": f"it is {status}", "status": status}))
        assert answers[0].status_code == expected, (status, answers[0].text)
        for answer in answers:
            told = answer.json().get("detail", "")
            assert "/sev" not in told
            assert "`" not in told
            assert hint in told
    assert "/sev" not in ci.asks("POST", "/1/timeline", {"text": " "}).text


def test_a_list_is_narrowed_down_and_turned_page_by_page(ci: Service) -> None:
    for number in range(1, 6):
        ci.declares(f"outage {number}", "SEV1" if number % 2 else "SEV3", workflows=["sign-in"] if number == 4 else [])
    ci.asks("PATCH", "/5", {"status": "resolved"})
    assert numbers(ci.asks("GET", "?severity=sev3")) == [4, 2]
    assert numbers(ci.asks("GET", "?status=resolved")) == [5]
    assert numbers(ci.asks("GET", "?status=open&severity=SEV1")) == [3, 1]
    assert numbers(ci.asks("GET", "?workflow=sign-in")) == [4]
    with ci.bot.database.read() as session:
        since = session.scalars(select(Incident.declared_at).where(Incident.number == 3)).one()
    assert numbers(ci.asks("GET", f"?since={since.isoformat().replace('+00:00', 'Z')}")) == [5, 4, 3]
    seen, cursor = [], ""
    while True:
        page = ci.asks("GET", f"?limit=2{cursor}")
        seen.append(numbers(page))
        if page.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={page.json()['next_cursor']}"
        ci.declares(f"meanwhile {cursor}")  # what is new moves nothing
    assert seen == [[5, 4], [3, 2], [1]]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_filter_that_can_not_be_is_named(ci: Service) -> None:
    for query in (
        "status=nope", "severity=SEV9", "workflow=%00", "since=yesterday", "limit=0", "limit=201", "limit=x", "cursor=x",
     "cursor=MQ MQ", "cursor=%00", "stat=open", "limit=1&limit=2", "since=2026-02-30T00:00:00Z",
    ):  # fmt: skip
        pointer = f"/{query.partition('=')[0]}"
        assert refused(ci.asks("GET", f"?{query}"), 422)["errors"][0]["pointer"] == pointer


def test_a_sev_is_changed_by_the_rules_people_have(ci: Service) -> None:
    ci.declares()
    told = ci.asks(
        "PATCH", "/1", {"severity": "sev1", "status": "mitigated", "title": "it is slow", "summary": "why"}
    ).json()
    assert [told[name] for name in ("severity", "status", "title", "summary")] == [
        "SEV1",
        "mitigated",
        "it is slow",
        "why",
    ]
    again = ci.asks("PATCH", "/1", {"severity": "SEV1", "status": "mitigated", "title": "it is slow", "summary": "why"})
    assert again.json() == told
    assert ci.asks("PATCH", "/1", {"title": "it  is\tslow", "summary": "why\r\n"}).json() == told
    back = refused(ci.asks("PATCH", "/1", {"status": "investigating"}), 422)["errors"][0]
    assert (back["pointer"], "needs a reason" in back["detail"]) == ("/reason", True)
    assert ci.asks("PATCH", "/1", {"status": "resolved"}).json()["resolved_at"]
    refused(ci.asks("PATCH", "/1", {"status": "mitigated"}), 409)
    assert refused(ci.asks("PATCH", "/1", {"status": "investigating"}), 422)["errors"][0]["pointer"] == "/reason"
    reopened = ci.asks("PATCH", "/1", {"status": "investigating", "reason": "it is back"}).json()
    assert (reopened["status"], reopened["reason"], reopened["resolved_at"]) == ("investigating", "it is back", None)
    assert refused(ci.asks("PATCH", "/1", {"reason": "x"}), 422)["detail"].startswith("Say what to change")
    assert refused(ci.asks("PATCH", "/1", {"status": "nope"}), 422)["errors"][0]["pointer"] == "/status"
    with ci.bot.database.read() as session:
        kinds = [*session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id))]
    assert kinds == ["declared", "title", "summary", "severity", "status", "status", "reopened"]


def test_what_happened_is_written_down_at_its_own_time(ci: Service) -> None:
    ci.declares()
    added = ci.asks("POST", "/1/timeline", {"text": "rolled back <b>", "at": "2026-11-20T10:02:00+01:00"})
    assert (added.status_code, added.json()) == (201, {
        "number": 2, "kind": "note", "at": "2026-11-20T09:02:00Z", "by": "api:ci", "text": "rolled back <b>",
        "sentence": "api:ci: rolled back <b>",
    })  # fmt: skip
    assert ci.asks("POST", "/1/timeline", {"text": "14:05 is no time here"}).json()["text"] == "14:05 is no time here"
    page = ci.asks("GET", "/1/timeline?limit=2").json()
    assert [each["number"] for each in page["entries"]] == [3, 1]
    rest = ci.asks("GET", f"/1/timeline?limit=2&cursor={page['next_cursor']}").json()
    assert ([each["number"] for each in rest["entries"]], rest["next_cursor"]) == ([2], None)
    for content, pointer in (
        ({}, "/text"), ({"text": "\u200b"}, "/text"), ({"text": "x" * 3001}, "/text"), ({"text": "x", "at": "now"}, "/at"),
        ({"text": "x", "at": None}, "/at"), ({"text": "x", "at": "2999-01-01T00:00:00Z"}, "/at"),
        ({"text": "x", "at": "1999-01-01T00:00:00Z"}, "/at"),
    ):  # fmt: skip
        assert refused(ci.asks("POST", "/1/timeline", content), 422)["errors"][0]["pointer"] == pointer


def test_an_update_is_posted_and_may_bring_a_status(ci: Service) -> None:
    ci.declares()
    posted = ci.asks("POST", "/1/updates", {"text": "rolled back", "status": "mitigated", "next_update_in_minutes": 30})
    assert posted.status_code == 201
    told = posted.json()
    assert (told["by"], told["text"], told["status"]) == ("api:ci", "rolled back", "mitigated")
    assert ci.asks("GET", "/1").json()["next_update_at"] == told["next_update_at"]
    again = ci.asks("POST", "/1/updates", {"text": "rolled back", "next_update_in_minutes": 30})
    assert (again.status_code, again.json()) == (200, told)
    assert ci.asks("POST", "/1/updates", {"text": "x", "next_update_in_minutes": 0}).json()["next_update_at"] is None
    assert [each["text"] for each in ci.asks("GET", "/1/updates").json()["updates"]] == ["x", "rolled back"]
    for content, pointer in (
        ({"text": ""}, "/text"), ({"text": "x", "status": "nope"}, "/status"), ({"text": "x", "status": "identified"}, "/status"),
        ({"text": "x", "next_update_in_minutes": 10081}, "/next_update_in_minutes"),
        ({"text": "x", "next_update_in_minutes": True}, "/next_update_in_minutes"),
    ):  # fmt: skip
        assert refused(ci.asks("POST", "/1/updates", content), 422)["errors"][0]["pointer"] == pointer


def test_text_is_stored_plain_whatever_it_holds(ci: Service) -> None:
    odd = "\ud800 <!channel> \u0000 &amp; \u202e end"
    answer = ci.asks("POST", content=json.dumps({"title": odd, "severity": "SEV2", "summary": odd}).encode())
    assert answer.status_code == 201
    assert "\u0000" not in answer.json()["title"]
    assert "\u202e" not in answer.json()["summary"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_without_the_database_a_service_is_told_to_come_again(ci: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def fail(*_: Any, **__: Any) -> Any:
        raise OperationalError("nothing was asked", None, ConnectionRefusedError())

    for door in ("run", "read"):
        monkeypatch.setattr(ci.bot.database, door, fail)
    for answer in (ci.declares(), ci.asks("GET")):
        assert "same Idempotency-Key" in refused(answer, 503)["detail"]
        assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_nobody_foresaw_is_a_problem_too(ci: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "checked_title", lambda _text: 1 / 0)
    assert "Nothing was changed" in refused(ci.declares(), 500)["detail"]
    assert ci.kept() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_nobody_may_do_services_may_not_either(ci: Service) -> None:
    settings = ci.bot.settings
    nobody = settings.current.permissions.model_copy(update={"declare": "nobody", "see": "nobody", "change": "nobody"})
    ci.declares()
    settings.current = settings.current.model_copy(update={"permissions": nobody})
    assert "Nobody may declare a SEV here" in refused(ci.declares(), 403)["detail"]
    for method, path, content in (("GET", "", None), ("GET", "/1", None), ("PATCH", "/1", {"title": "x"})):
        refused(ci.asks(method, path, content), 403)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_service_opens_again_in_the_status_it_says(ci: Service) -> None:
    settings = ci.bot.settings
    triage = Status(key="triage", category=Category.INVESTIGATING, label="Triage")
    statuses = (*settings.current.statuses, triage)
    settings.current = settings.current.model_copy(update={"statuses": statuses})
    ci.declares()
    ci.asks("PATCH", "/1", {"status": "resolved"})
    again = ci.asks("PATCH", "/1", {"status": "triage", "reason": "it is back"}).json()
    assert (again["status"], again["category"], again["resolved_at"]) == ("triage", "investigating", None)


def test_a_status_that_was_taken_out_of_the_files_is_told_all_the_same(ci: Service) -> None:
    ci.declares()
    ci.bot.database.run(lambda session: session.execute(update(Incident).values(status="of_old")))
    assert ci.asks("GET", "/1").json()["status"] == "of_old"
    assert numbers(ci.asks("GET", "?status=open")) == [1]


def test_custom_fields_are_said_by_their_keys_and_told_as_what_they_are(ci: Service) -> None:
    said = {"region": "EU", "customers": 12000.5, "regulator": True, "entities": ["bank", "Acme Pay"]}
    told = ci.declares(fields=said).json()["fields"]
    assert told == {"region": "eu", "customers": 12000.5, "regulator": True, "entities": ["bank", "pay"]}
    changed = ci.asks("PATCH", "/1", {"fields": {"customers": 7, "entities": None, "report_due": "2026-12-24"}}).json()
    assert changed["fields"] == {"region": "eu", "customers": 7, "regulator": True, "report_due": "2026-12-24"}
    with ci.bot.database.read() as session:
        (entry,) = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "fields"))
        assert entry.data["before"] == {"customers": "12,000.5", "entities": "Acme Bank, Acme Pay", "report_due": None}
        assert entry.data["after"] == {"customers": "7", "entities": None, "report_due": "2026-12-24"}
    ci.declares(title="search is down", fields={"region": "us"})
    assert numbers(ci.asks("GET", "?field=region=europe")) == [1]
    assert numbers(ci.asks("GET", "?field=Region=us")) == [2]
    assert faults_of(ci.asks("GET", "?field=region"), 422) == {
        "/field": "Give a custom field and what it holds, such as region=eu."
    }


def test_what_is_wrong_with_custom_fields_is_named_at_their_place(ci: Service) -> None:
    ci.declares()
    said = {"region": "mars", "nowhere": 1, "customers": {"a": 1}, "report": "ftp://x", "vendor": ["a", "b"]}
    faults = faults_of(ci.asks("PATCH", "/1", {"fields": said}), 422)
    assert set(faults) == {f"/fields/{key}" for key in said}
    assert faults["/fields/region"] == "Region: choose from Europe, United States."
    assert faults["/fields/vendor"] == "Vendor: give one value."
    assert faults["/fields/nowhere"].startswith("There is no such field. There are region, customers,")
    assert faults_of(ci.asks("PATCH", "/1", {"fields": ["region"]}), 422) == {
        "/fields": "Give an object of 200 fields at most."
    }
    assert ci.asks("GET", "/1").json()["fields"] == {}


def test_a_service_resolves_what_is_known_well_enough(ci: Service) -> None:
    ci.declares()
    settings = ci.bot.settings
    first, *others = settings.current.fields
    needed = first.model_copy(update={"required_at": "resolve"})
    settings.current = settings.current.model_copy(update={"fields": (needed, *others)})
    faults = faults_of(ci.asks("PATCH", "/1", {"status": "resolved"}), 422)
    assert faults == {"/status": "Before SEV-1 can be resolved, say Region: `/sev field` asks for it."}
    done = ci.asks("PATCH", "/1", {"status": "resolved", "fields": {"region": "eu"}})
    assert (done.status_code, done.json()["status"]) == (200, "resolved")
