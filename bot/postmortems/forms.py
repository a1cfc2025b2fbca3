"""The forms of postmortems: a section, whom to ask for review, what should change, why it is a draft again, causes. Pure."""

from collections.abc import Sequence

from bot.config import Config
from bot.config.postmortems import PostmortemPart
from bot.incidents.model import REASON_LIMIT, Incident
from bot.postmortems.model import TEXT_LIMIT, WrittenSection
from bot.postmortems.service import MOST_REVIEWERS
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import author, length, mrkdwn, when
from bot.slack.visit import View, metadata

SECTION = "postmortem.section"
SUBMIT = "postmortem.submit"
CHANGES = "postmortem.changes"
TAKE_BACK = "postmortem.take_back"
CAUSES = "postmortem.causes"
PIECE = 2900
"""Characters of a text in one block, escaped."""


def section(incident: Incident, part: PostmortemPart, written: WrittenSection | None) -> View:
    """One section, to be written."""
    text = kit.text_input("text", initial=written.text if written else "", limit=TEXT_LIMIT, multiline=True)
    last = f"Last saved {when(written.at)} by {author(written.by)}." if written else "Nobody wrote it yet."
    shown = [kit.context(last), kit.field("text", part.label, text, hint=part.hint, optional=True)]
    return _section_form(incident, part, shown, seen=written.version if written else 0)


def section_again(incident: Incident, part: PostmortemPart, theirs: WrittenSection, mine: str) -> View:
    """What takes the form's place when somebody else saved first: their words, and one's own, not saved yet."""
    text = kit.text_input("text", initial=mine, limit=TEXT_LIMIT, multiline=True)
    hint = "These are your words. They are not saved yet: saving them takes the place of those above."
    told = (
        f":warning: {author(theirs.by)} saved this section {when(theirs.at)}, while you were writing. It says now:"
    )  # fmt: skip
    shown = [
        kit.section(told),
        *(kit.section(piece) for piece in _pieces(theirs.text)),
        kit.field("text", part.label, text, hint=hint, optional=True),
    ]
    return _section_form(incident, part, shown, seen=theirs.version)


def submit(config: Config, incident: Incident, reviewers: Sequence[str]) -> View:
    """Who shall review it."""
    people = kit.people("Who knows this best?", "reviewers", initial=reviewers, most=MOST_REVIEWERS)
    days = config.postmortems.review
    hint = f"They are asked by direct message, and have {days} working day{'s' if days > 1 else ''}."
    return kit.modal(
        SUBMIT, f"Review of {incident.name}", [kit.field("reviewers", "Reviewers", people, hint=hint)],
        submit="Ask them", metadata=metadata(number=incident.number),
    )  # fmt: skip


def changes(number: int) -> View:
    """What a reviewer wants changed."""
    return _reason_form(CHANGES, f"Review of SEV-{number}", number, "What should change?", "The cause is not the deploy",
                        submit="Ask for it")  # fmt: skip


def take_back(number: int) -> View:
    """Why it is made a draft again."""
    return _reason_form(TAKE_BACK, f"Postmortem of SEV-{number}", number, "Why?", "We learned more about the cause",
                        submit="Back to draft")  # fmt: skip


def causes(config: Config, incident: Incident, named: Sequence[str]) -> View:
    """Which sorts of causes contributed."""
    shown: list[Block] = [kit.context("Postmortems can be listed by these: `/sev postmortem list capacity`.")]
    options = [kit.option(each.label, each.key) for each in config.postmortems.causes]
    if options:
        menu = kit.many("What contributed?", "causes", options, initial=named)
        shown.append(kit.field("causes", "Causes", menu, optional=True))
    return kit.modal(
        CAUSES, f"Causes of {incident.name}", shown, submit="Save" if options else None,
        metadata=metadata(number=incident.number),
    )  # fmt: skip


def _section_form(incident: Incident, part: PostmortemPart, shown: Sequence[Block], *, seen: int) -> View:
    return kit.modal(
        SECTION, f"Postmortem of {incident.name}", shown, submit="Save",
        metadata=metadata(number=incident.number, section=part.key, seen=seen),
    )  # fmt: skip


def _reason_form(callback_id: str, title: str, number: int, label: str, placeholder: str, *, submit: str) -> View:
    reason = kit.text_input("reason", limit=REASON_LIMIT, placeholder=placeholder)
    return kit.modal(
        callback_id, title, [kit.field("reason", label, reason)], submit=submit, metadata=metadata(number=number)
    )


def _pieces(text: str) -> list[str]:
    """A whole text as mrkdwn, in pieces that a block can hold."""
    pieces, piece = [], ""
    for character in text:
        if length(mrkdwn(piece + character, PIECE * 2)) > PIECE:
            pieces.append(piece)
            piece = ""
        piece += character
    return [mrkdwn(each, PIECE) for each in [*pieces, piece] if each.strip()] or ["_nothing_"]
