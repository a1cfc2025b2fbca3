"""How pages look: a line on the card, a line in the channel, a message to somebody, who is on call. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.config import Config, Team
from bot.incidents.model import Incident
from bot.incidents.views import mark
from bot.integrations.pager import Person
from bot.paging.model import WHY_LIMIT, Page, Reason, State
from bot.paging.reading import OnCall, Seen
from bot.slack import blocks as kit
from bot.slack.text import channel, mrkdwn, user, when
from bot.slack.visit import View, metadata

PAGE = "paging.page"
OPEN_PAGE = "paging.open_page"
MENTIONS_AT_MOST = 10


def pageable(config: Config) -> list[Team]:
    """The teams that have a pager."""
    return [team for team in config.teams if team.pager]


def card_line(seen: Seen) -> str:
    """A page, on the SEV's card."""
    page, team = seen.page, f"*{_name(seen.on_call.team)}*"
    if seen.trouble and page.sent_at is None and page.resolved_at is None:
        return f":warning: {team} could not be paged yet ({mrkdwn(seen.trouble, 200)}). {_helps(seen.on_call)}"
    late = f" :warning: Its pager could not be told yet ({mrkdwn(seen.trouble, 200)})." if seen.trouble else ""
    return f":pager: {team} {_how(seen)}{late}"


def _how(seen: Seen) -> str:
    page, people = seen.page, _names(seen.on_call.people)
    if page.resolved_at:
        return "need not come any more"
    if page.sent_at is None:
        return "is being paged"
    since = f"was paged {when(page.sent_at)}"
    if page.state is State.ACKNOWLEDGED:
        return f"{since}, and it rings no longer"
    return f"{since}: {people}" if people else since


def outcome(incident: Incident, seen: Seen) -> str:
    """What became of a page, as a line in the SEV's channel."""
    page, team = seen.page, seen.on_call.team
    why = _why(page)
    if page.sent_at is not None:
        people = _names(seen.on_call.people)
        service = f" by {team.pager.service.label}" if team.pager else ""
        return f":pager: {mark(incident)}*{_name(team)}* paged{service}{f': {people}' if people else ''}.{why}"
    if page.resolved_at is not None:
        return f":pager: *{_name(team)}* could not be paged, and need not come any more."
    how = "waits until somebody mends it" if seen.is_given_up else "is tried again"
    called = " ".join(user(each) for each in team.members[:MENTIONS_AT_MOST])
    asked = f" {called}: please come." if called else ""
    return (
        f":warning: Paging *{_name(team)}* failed ({mrkdwn(seen.trouble or 'no answer', 200)}), and {how}. "
        f"{_helps(seen.on_call)}{asked}{why}"
    )


def direct(incident: Incident, team: Team, page: Page) -> str:
    """What somebody is told directly when their team's pager can't be reached. Of a private SEV only its number."""
    if incident.is_private:
        return f":pager: {_name(team)} is needed for private {incident.name}, and your pager can't be reached."
    place = f" Join {channel(incident.working_channel)} to help." if incident.working_channel else ""
    return (
        f":pager: {mark(incident)}{_name(team)} is needed for *{incident.name}* {incident.severity}: "
        f"{mrkdwn(incident.title, 600)}. Your pager can't be reached, so Sevbot tells you here.{place}{_why(page)}"
    )


def on_call(found: Sequence[OnCall]) -> str:
    """Who is on call, team by team, with how old that knowledge is."""
    return "\n".join(f"*{_name(each.team)}*: {_on_call(each)}" for each in found)


def _on_call(found: OnCall) -> str:
    if found.team.pager is None:
        return f"has no pager.{_members(found.team)}"
    people = _numbers(found.people)
    age = f" (as of {when(found.learned_at)})" if found.learned_at else ""
    trouble = (
        f" :warning: {found.team.pager.service.label} can't be asked at the moment ({mrkdwn(found.trouble, 200)})."
    )
    known = (
        f"{people}{age}." if people else f"nobody{age}." if found.learned_at else f"not known.{_members(found.team)}"
    )
    return f"{known}{trouble if found.trouble else ''}"


def _members(team: Team) -> str:
    mentioned = ", ".join(user(each) for each in team.members[:MENTIONS_AT_MOST])
    return f" Its people are {mentioned}." if mentioned else ""


def asked(found: OnCall) -> str:
    """The answer to whoever asked for a page."""
    service = f" by {found.team.pager.service.label}" if found.team.pager else ""
    people = f" {_names(found.people)}{f', as of {when(found.learned_at)}' if found.learned_at else ''}."
    return (
        f"{_name(found.team)} is being paged{service}.{people if found.people else ''} "
        f"When somebody comes is not known yet; the card shows how it goes."
    )


def page_form(config: Config, incident: Incident) -> View:
    """*Page a team*."""
    teams = [kit.option(team.name, team.key) for team in pageable(config)[:100]]
    if not teams:
        text = "No team has a pager in Sevbot's configuration."
        return kit.modal("paging.none", "Page a team", [kit.section(text)], submit=None, close="Close")
    shown = [
        kit.field("team", "Team", kit.menu("Who is needed?", "team", teams)),
        kit.field(
            "why", "Why", kit.text_input("why", limit=WHY_LIMIT, placeholder="The card processor refuses everything"),
            optional=True, hint="Whoever is paged reads it on their phone.",
        ),
    ]  # fmt: skip
    if incident.is_private:
        shown.insert(0, kit.context(f":lock: Outside Slack a page says “Private {incident.name}”, and no more."))
    number = metadata(number=incident.number)
    return kit.modal(PAGE, f"Page for {incident.name}", shown, submit="Page", metadata=number)


def button(incident: Incident) -> Any:
    """The button that opens the form."""
    return kit.button("Page a team…", OPEN_PAGE, value=str(incident.number))


def _why(page: Page) -> str:
    if page.reason == Reason.NO_COMMANDER:
        return " Nobody is in command."
    return f"\n>{mrkdwn(page.why, 900)}" if page.why else ""


def _helps(found: OnCall) -> str:
    """Whom to call instead, from memory, and how old that is."""
    numbers = _numbers(found.people)
    if not numbers or found.learned_at is None:
        return "Who is on call is not known."
    return f"Call {numbers} (on call as of {when(found.learned_at)})."


def _names(people: Sequence[Person]) -> str:
    """`Grace Hopper is on call`."""
    if not people:
        return ""
    return f"{', '.join(mrkdwn(each.name, 100) for each in people)} {'is' if len(people) == 1 else 'are'} on call"


def _numbers(people: Sequence[Person]) -> str:
    """`Grace Hopper +1 555 0100, Margaret Hamilton`."""
    return ", ".join(
        " ".join([mrkdwn(each.name, 100), *(f"`{mrkdwn(phone, 40)}`" for phone in each.phones)]) for each in people
    )


def _name(team: Team) -> str:
    return mrkdwn(team.name, 100)
