"""Which SEVs need a postmortem and until when, what it must say, who may publish it unseen, and where it is announced."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from bot.config.sections import SeverityKey
from bot.config.values import Frozen, Key, Place

OTHER = "other"
"""Stands for every severity that is not named."""

Template = Literal["short", "full", "customer"]
Label = Annotated[str, Field(min_length=1, max_length=60)]
WorkingDays = Annotated[int, Field(ge=1, le=250)]


class PostmortemPart(Frozen):
    """A section that people write."""

    key: Key
    label: Label
    hint: Annotated[str, Field(max_length=300)] = ""
    """What belongs there, shown to whoever writes it."""


class Cause(Frozen):
    """A category of what contributed to SEVs, by which postmortems can be listed."""

    key: Key
    label: Label


DEFAULT_PARTS = (
    PostmortemPart(key="summary", label="Summary", hint="What happened, in three sentences that anybody understands."),
    PostmortemPart(key="impact", label="Impact", hint="Who was hurt, how much, for how long. Numbers, where you have them."),
    PostmortemPart(
        key="contributing_factors", label="Contributing factors",
        hint="What had to come together for this to happen. There is seldom just one, and it is never a person.",
    ),
    PostmortemPart(key="detection", label="Detection", hint="How it was noticed, and what would have noticed it sooner."),
    PostmortemPart(key="resolution", label="Resolution", hint="What was tried, what helped, and what did not."),
    PostmortemPart(key="went_well", label="What went well", hint="What to keep, and to do again."),
    PostmortemPart(key="went_wrong", label="What went wrong", hint="What made it worse, or longer."),
    PostmortemPart(key="lucky", label="Where we got lucky", hint="What could have been worse, and was not by chance."),
    PostmortemPart(
        key="prevention", label="So that it does not come again", hint="What changes, in words that a customer may read."
    ),
)  # fmt: skip
DEFAULT_CAUSES = (
    Cause(key="change", label="A change"),
    Cause(key="capacity", label="Capacity"),
    Cause(key="dependency", label="A dependency"),
    Cause(key="defect", label="A defect"),
    Cause(key="configuration", label="Configuration"),
    Cause(key="process", label="How we work"),
    Cause(key="security", label="Security"),
    Cause(key="unknown", label="Not known"),
)
DEFAULT_DUE = {"SEV0": 3, "SEV1": 3, "SEV2": 5, "SEV3": 10}


class PostmortemRules(Frozen):
    """What becomes of a SEV once it is resolved."""

    due: dict[SeverityKey, WorkingDays] = DEFAULT_DUE
    """Working days from a SEV's resolution until the draft must be ready for review, by severity. One not named needs none."""
    review: WorkingDays = 3
    """Working days that reviewers have."""
    ask_reviewers: Literal["at_once", "in_working_hours"] = "at_once"
    """When they are asked: at night too, or when their working day has begun."""
    approvals: Annotated[int, Field(ge=0, le=10)] = 1
    """How many reviewers must have approved it before it can be published."""
    templates: dict[SeverityKey | Literal["other"], Template] = {"SEV0": "full", "SEV1": "full", "SEV2": "full"}  # noqa: RUF012 - pydantic copies it
    """What it is exported as, by severity; short where none is named."""
    parts: Annotated[tuple[PostmortemPart, ...], Field(min_length=1, max_length=20)] = DEFAULT_PARTS
    required: tuple[Key, ...] = ("summary", "impact", "contributing_factors")
    """Sections that must be written before it can be reviewed."""
    causes: Annotated[tuple[Cause, ...], Field(max_length=90)] = DEFAULT_CAUSES
    announce: Place | None = None
    """The channel that hears of published ones. Those of private SEVs are announced in the SEV's own channel alone."""

    def due_days(self, severity: str) -> int | None:
        """How many working days there are for it; None where a SEV of that severity needs none."""
        return self.due.get(severity)

    def template(self, severity: str) -> Template:
        """What a postmortem is exported as, unless somebody asks for another form."""
        return self.templates.get(severity, self.templates.get(OTHER, "short"))

    def part(self, key: str) -> PostmortemPart | None:
        """The section of that name."""
        return next((each for each in self.parts if each.key == key), None)

    def cause(self, key: str) -> Cause:
        """The cause of that name. One taken out of the files while postmortems name it keeps its bare name."""
        return next((each for each in self.causes if each.key == key), Cause(key=key, label=key))


def faults_of(rules: PostmortemRules, severities: set[str]) -> list[str]:
    """What no single setting shows: severities and sections that do not exist, and names used twice."""
    named: dict[str, Iterable[str]] = {"due": rules.due, "templates": rules.templates}
    faults = [
        f"postmortems.{name}: there is no severity {key!r}"
        for name, table in named.items()
        for key in sorted({str(each) for each in table} - severities - {OTHER})
        if name in rules.model_fields_set
    ]
    keys = {"parts": [each.key for each in rules.parts], "causes": [each.key for each in rules.causes]}
    faults += [
        f"postmortems.{name}: {key!r} is there twice"
        for name, present in keys.items()
        for key in sorted({each for each in present if present.count(each) > 1})
    ]
    unknown = sorted({*rules.required} - {*keys["parts"]})
    return faults + [f"postmortems.required: there is no section {key!r}" for key in unknown]
