"""The files are safe wherever they are opened, whatever people wrote; and durations are what their labels say."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.incidents.model import Incident
from bot.postmortems.document import Cost, Document, Moment, Part, Promise, Reference
from bot.postmortems.durations import durations
from bot.postmortems.rendering import FORMATS, TEMPLATES, Renderer
from tests.anytext.hostile import hostile

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RENDERER = Renderer(Path("none"))
BEGINNINGS = st.sampled_from(
    [
        "[x](javascript:alert(1))",
        "![",
        "<script>alert(1)</script>",
        '" onload="x',
        "# ",
        "```",
        "| a | b |",
        "{{ 7 * 7 }}",
    ]
)
anything = st.one_of(hostile, st.tuples(BEGINNINGS, st.text(max_size=40)).map("".join))


def an_incident(**times: datetime) -> Incident:
    return Incident(number=42, title="checkout is down", severity="SEV1", declared_at=NOW, **times)


def a_document(text: str, address: str = "https://acme.slack.com/archives/C1/p1") -> Document:
    return Document(
        name="SEV-42", title=text, state="Draft", is_drill=True, is_private=True, severity="SEV1", meaning=text,
        status="Resolved", summary=text, workflows=[text], causes=[text], times=[("Started", NOW)],
        durations=durations(an_incident()), noticed_by=text, costs=[Cost(text, text, text)],
        fields=[(text, text), ("Money at risk", "EUR")], roles=[(text, text)], authors=[text], reviewers=[(text, "approved it")],
        published_at=None,
        parts=[Part("summary", text, "", is_required=True), Part("impact", text, f"{text}\n\n{text}", is_required=False)],
        timeline=[Moment(NOW, text, address)], left_out=3, updates=[Moment(NOW, text, address)],
        items=[Promise("SEV-42/1", text, "prevent", "P1", "open", text, None, text, text, address)],
        links=[Reference(text, address)],
    )  # fmt: skip


@settings(max_examples=25)
@given(anything, anything, st.sampled_from(TEMPLATES))
def test_a_page_of_html_has_the_tags_we_made_and_no_others(text: str, address: str, template: str) -> None:
    page = RENDERER.render(a_document(text, address), form="html", template=template)
    harmless = RENDERER.render(a_document("x", "no address"), form="html", template=template)
    opened = {name.lower() for name in re.findall(r"<([a-zA-Z!]+)", page)}
    assert opened - {"br", "a", "p"} == {name.lower() for name in re.findall(r"<([a-zA-Z!]+)", harmless)} - {
        "br",
        "a",
        "p",
    }
    assert all(re.match(r"https?://", each) for each in re.findall(r'href="([^"]*)"', page))
    assert "on" + "load=" not in re.sub(r">[^<]*<", "><", page)


@settings(max_examples=25)
@given(anything, anything, st.sampled_from(TEMPLATES))
def test_a_page_of_markdown_has_the_links_and_headings_we_made_and_no_others(
    text: str, address: str, template: str
) -> None:
    bare = re.sub(r"\\.", "", RENDERER.render(a_document(text, address), form="md", template=template))
    links = re.findall(r"\]\(<([^>]*)>\)", bare)
    assert all(re.match(r"https?://", each) for each in links)
    assert bare.count("](") == len(links)
    assert "<" not in re.sub(r"\(<[^<>]*>\)", "", bare)
    assert "`" not in bare


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_tells_what_was_written(form: str, template: str) -> None:
    page = RENDERER.render(a_document("payments"), form=form, template=template)
    assert page.count("payments") > 3
    assert "drill" in page
    assert ("Money at risk" in page) is (template != "customer"), (
        "what a company wants to know is not for its customers"
    )


def test_a_companys_own_template_takes_its_place_and_a_broken_one_does_not(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "postmortem" / "short.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text("Ours: {{ document.title }} {{ paragraphs(document.part('impact').text) }}")
    document = a_document("a*b")
    assert Renderer(tmp_path).render(document, form="md", template="short") == "Ours: a\\*b a\\*b\n\na\\*b\n"
    own.write_text("{{ document.nothing_of_that_name }}")
    assert Renderer(tmp_path).render(document, form="md", template="short").startswith("# SEV\\-42")


def test_durations_are_between_the_times_their_labels_name() -> None:
    minutes = {"started_at": 0, "detected_at": 5, "acknowledged_at": 14, "mitigated_at": 45, "resolved_at": 90}
    beginning = NOW - timedelta(minutes=10)
    incident = an_incident(**{name: beginning + timedelta(minutes=each) for name, each in minutes.items()})
    assert [(each.definition.label, each.span) for each in durations(incident)] == [
        ("Time to detect (TTD), from started to detected", timedelta(minutes=5)),
        ("Time to acknowledge (TTA), from declared to acknowledged", timedelta(minutes=4)),
        ("Time to mitigate (TTM), from detected to mitigated", timedelta(minutes=40)),
        ("Time to resolve (TTR), from started to resolved", timedelta(minutes=90)),
    ]


def test_a_duration_that_is_not_known_says_why() -> None:
    found = durations(an_incident(detected_at=NOW, mitigated_at=NOW - timedelta(hours=1)))
    assert [each.missing for each in found] == [
        "not known: it has no time for started",
        "not known: it has no time for acknowledged",
        "not known: its times are the other way round (from detected to mitigated)",
        "not known: it has no time for started and resolved",
    ]
