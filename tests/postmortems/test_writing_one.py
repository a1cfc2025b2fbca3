"""A postmortem from the first word to the day it is published, as the people of a SEV see it."""

from bot.playground import Person
from tests.postmortems.writing import is_submitted, is_written
from tests.scenarios.stories import Sev, Stage


def test_it_is_begun_written_reviewed_and_published(stage: Stage, sev: Sev, ada: Person, grace: Person) -> None:
    ada.sees("Not begun, due", in_=sev.channel)
    ada.types("/sev postmortem")
    ada.sees("Contributing factors (needed)", in_=sev.channel)
    ada.sees(": :pencil2: Draft, due", in_=sev.channel)
    is_written(ada, sev)
    is_submitted(ada, sev)
    grace.sees("@Ada Lovelace asks you to review the postmortem of SEV-1.", in_="@sevbot")
    grace.goes_to("@sevbot").clicks("Approve")
    grace.sees("You approved the postmortem of SEV-1.", in_="@sevbot")
    ada.sees("@Grace Hopper approved the postmortem of SEV-1.", in_="@sevbot")
    stage.settles()
    ada.clicks("Publish", in_=sev.channel)
    ada.sees("The postmortem of SEV-1 is published.", in_=sev.channel)
    ada.sees("The postmortem of SEV-1 is published.", in_="#incidents")
    stage.expects(":book: Published")
    kinds = [entry.kind for entry in sev.facts if entry.kind.startswith("postmortem")]
    assert kinds == [f"postmortem_{each}" for each in ("drafted", "submitted", "approved", "published")]
    audited = [record.action for record in sev.audit if record.action.startswith("postmortem.")]
    assert audited == ["postmortem.write"] * 3
