"""What people do with a postmortem, again and again."""

from bot.playground import Person
from tests.scenarios.stories import Sev

REQUIRED = ("summary", "impact", "contributing_factors")


def writes(person: Person, sev: Sev, section: str, text: str) -> dict[str, str]:
    """Somebody writes a section in its form, and sends it. Returns what the form objects to."""
    sev.stage.settles()
    person.clicks(f"postmortem.open_section:{section}", in_=sev.channel)
    person.fills(text=text)
    errors = person.submits().errors
    sev.stage.settles()
    return errors


def is_written(person: Person, sev: Sev) -> None:
    """All that must be written is."""
    for section in REQUIRED:
        assert writes(person, sev, section, f"The {section} of it: the cache was full.") == {}


def is_submitted(person: Person, sev: Sev) -> None:
    """Grace is asked to review it."""
    person.clicks("Submit for review…", in_=sev.channel)
    person.fills(Reviewers=["grace"])
    assert person.submits().errors == {}
    sev.stage.settles()


def is_published(person: Person, reviewer: Person, sev: Sev) -> None:
    """It is written, reviewed by grace, and published."""
    is_written(person, sev)
    is_submitted(person, sev)
    reviewer.types(f"/sev postmortem {sev.name} approve")
    person.types(f"/sev postmortem {sev.name} publish")
    sev.stage.settles()
    sev.stage.begins()
