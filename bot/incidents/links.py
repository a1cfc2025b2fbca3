"""The call and the links of a SEV: where they come from, and how people set them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.config.values import http_link
from bot.directory.people import Actor
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import surfaces
from bot.incidents.bookmarks import BRIDGE, Bookmark, links_of, slot_of, wanted_bookmarks
from bot.incidents.model import LINK_LIMIT, LINK_TITLE_LIMIT, Incident, IncidentLink
from bot.incidents.noting import note
from bot.incidents.reading import CardLines
from bot.slack.text import clip, length, link, one_line, target, visible

MOST_LINKS = 40
"""How many links people can add to. Slack has room for about a hundred bookmarks in a channel."""
LINE_LIMIT = 2500


def set_bridge(
    session: Session, incident: Incident, address: str | None, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Say which call this SEV uses; None goes back to the configured one. It is put right everywhere. Raises `Refused`."""
    require(config, actor, "change")
    checked = checked_address(address) if address is not None else None
    if checked == incident.bridge:
        raise Refused(f"That is the call of {incident.name} already. Give another link, or `none` for the usual one.")
    before, incident.bridge = incident.bridge, checked
    note(session, incident, "bridge", actor=actor, now=now, before=before, after=checked)
    surfaces.show_card(session, incident)
    surfaces.show_bookmark(session, incident, BRIDGE)


def add_link(
    session: Session, incident: Incident, address: str, title: str, *, config: Config, actor: Actor, now: datetime
) -> None:
    """Put a link at the top of the channel and on the card. Given again, it gets the new title. Raises `Refused`."""
    require(config, actor, "change")
    address, title = checked_address(address), checked_title(title) or clip(address, LINK_TITLE_LIMIT)
    given = next((each for each in links_of(session, incident) if each.address == address), None)
    if given is None:
        _require_room(session, incident, address, config)
        given = IncidentLink(incident_id=incident.id, address=address, title=title)
        session.add(given)
    elif given.title == title:
        raise Refused(f"{incident.name} has this link already. Give it another title to change it.")
    given.title = title
    session.flush()
    note(session, incident, "link", actor=actor, now=now, text=title, address=address)
    surfaces.show_card(session, incident)
    surfaces.show_bookmark(session, incident, slot_of(given))


def checked_address(address: str) -> str:
    """An address fit to be kept and clicked on: http or https, with a host. Raises `Refused`."""
    try:
        checked = http_link(address)
    except ValueError:
        checked = ""
    if not checked or one_line(checked) != checked or length(target(checked)) > LINK_LIMIT:
        raise Refused("Give a link that begins with https:// or http://, such as `https://meet.example.com/sev`.")
    return checked


def checked_title(text: str) -> str:
    """A link's title fit to be kept, or nothing where a reader would see nothing. Raises `Refused`."""
    title = one_line(text)
    if length(title) > LINK_TITLE_LIMIT:
        raise Refused(f"This title has {length(title)} characters; {LINK_TITLE_LIMIT} are possible. Shorten it.")
    return title if visible(title) else ""


def card_lines(settings: Settings) -> CardLines:
    """What a SEV's card says of its call and its links."""

    def lines(session: Session, incident: Incident) -> list[str]:
        wanted = wanted_bookmarks(session, incident, settings.current)
        calls = [each for each in wanted if each.slot == BRIDGE]
        given = [each for each in wanted if each.slot.startswith("link:")]
        return [line for line in (_line(calls), _line(given)) if line]

    return lines


def _line(marks: Sequence[Bookmark]) -> str:
    """As many links as there is room for, which an address of full length may fill alone."""
    shown: list[str] = []
    for each in marks:
        shown.append(f"{each.emoji} {link(each.link, each.title)}")
        if length("  ".join(shown)) > LINE_LIMIT:
            shown.pop()
            break
    left = len(marks) - len(shown)
    more = [f"{'and ' if shown else ''}{left} {'more ' if shown else ''}at the top of the channel"] if left else []
    return "  ".join([*shown, *more])


def _require_room(session: Session, incident: Incident, address: str, config: Config) -> None:
    present = wanted_bookmarks(session, incident, config)
    if any(each.link == address for each in present):
        raise Refused(f"{incident.name} has this link already.")
    if len(present) >= MOST_LINKS:
        raise Refused(f"{incident.name} has {len(present)} links, and can't have more. Put others into the summary.")
