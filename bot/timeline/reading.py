"""Telling a SEV's story from Slack: its timeline and how it is mended, the story so far, the file, the search."""

import re
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.config import Config, Settings
from bot.directory.people import actor_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import forms as incident_forms
from bot.incidents import membership
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.roles import holders
from bot.incidents.subject import of_number, subject
from bot.slack import blocks as kit
from bot.slack.commands import NAME, Command, Form, Line
from bot.slack.rooms import Rooms
from bot.slack.visit import DONE, Answer, View, Visit
from bot.timeline import catchup, export, listing, mending, searching, views
from bot.timeline import telling_forms as forms
from bot.timeline.telling_deliveries import ask_for_export

NUMBER = re.compile(r"#?(\d{1,9})\Z")


class Reading:
    """The listeners that tell, and those that mend what is told."""

    def __init__(self, settings: Settings, permalink: listing.Permalink) -> None:
        self._settings = settings
        self._permalink = permalink

    @property
    def _config(self) -> Config:
        return self._settings.current

    def timeline(self, session: Session, visit: Visit, line: Line) -> Answer:
        """The timeline, the newest page first, narrowed down by what was typed."""
        incident = self._seen(session, visit, line)
        return self._page(session, incident, listing.parsed(line.text))

    def turned(self, session: Session, visit: Visit) -> Answer:
        """*Older*, *Newer* or another sort of entries was chosen: the page takes the place of the one before."""
        number, wanted = listing.decoded(visit.value)
        require(self._config, actor_of(session, visit), "see")
        incident = membership.by_number(session, number, user_id=visit.user_id)
        return self._page(session, incident, wanted, replaces=True)

    def _page(self, session: Session, incident: Incident, wanted: listing.Wanted, *, replaces: bool = False) -> Answer:
        page = listing.page_of(session, incident, wanted)
        links = listing.links_of(session, incident, page.entries, self._permalink)
        shown = views.timeline(self._config, incident, page, wanted, links)
        return Answer(text=f"The timeline of {incident.name}", blocks=shown, replaces=replaces)

    def entry(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Never asked: `/sev entry` always opens its form."""
        raise Refused(f"`{NAME} entry N` opens a form.")

    def entry_by_command(self, visit: Visit, line: Line) -> Form:
        """`/sev entry 3`, in a SEV's channel or with its name; without a number, the entry written down last."""
        number = _entry_number(line.text)

        def complete(session: Session) -> View:
            return self._entry_view(session, self._seen(session, visit, line), number)

        return Form(_loading(line.target), complete)

    def entry_form(self, visit: Visit) -> Form:
        """*Mend…* was clicked."""
        sev, number = _split(visit.value)

        def complete(session: Session) -> View:
            require(self._config, actor_of(session, visit), "see")
            return self._entry_view(session, membership.by_number(session, sev, user_id=visit.user_id), number)

        return Form(_loading(sev), complete)

    def _entry_view(self, session: Session, incident: Incident, wanted: int | None) -> View:
        number, found = listing.entry_of(session, incident, wanted)
        return forms.entry(self._config, incident, number, found)

    def entry_submitted(self, session: Session, visit: Visit) -> Answer:
        """The form was sent: what differs is mended."""
        incident = of_number(session, visit, visit.metadata["number"])
        _, found = listing.entry_of(session, incident, int(visit.metadata.get("entry") or 0))
        mending.mend(
            session, incident, found, text=visit.values.get("text"), at=forms.moments(visit.values, ("at",))["at"] or found.at,
            config=self._config, actor=actor_of(session, visit), now=visit.now,
        )  # fmt: skip
        return DONE

    def withdrawn(self, session: Session, visit: Visit) -> Answer:
        """*Withdraw* was clicked in the form."""
        return self._changed(session, visit, mending.withdraw)

    def restored(self, session: Session, visit: Visit) -> Answer:
        """*Restore* was clicked in the form."""
        return self._changed(session, visit, mending.restore)

    def _changed(self, session: Session, visit: Visit, change: Callable[..., None]) -> Answer:
        sev, wanted = _split(visit.value)
        incident = of_number(session, visit, sev)
        number, found = listing.entry_of(session, incident, wanted)
        change(session, incident, found, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return Answer(view=forms.entry(self._config, incident, number, found))

    def export(self, session: Session, visit: Visit, line: Line) -> Answer:
        """The timeline as a file, for the asker alone."""
        incident = self._seen(session, visit, line)
        form = line.text.strip().lower() or export.FORMATS[0]
        if form not in export.FORMATS:
            raise Refused(f"The timeline can be had as {' or '.join(f'`{each}`' for each in export.FORMATS)}.")
        ask_for_export(session, incident, form, user_id=visit.user_id, key=visit.delivery_key)
        return Answer(text=f"The timeline of {incident.name} is on its way to you, in a direct message.")

    def catchup(self, session: Session, visit: Visit, line: Line) -> Answer:
        """The story so far, for the asker alone."""
        incident = self._seen(session, visit, line)
        entries = _high_points(session, incident)
        own = TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None)
        total = session.scalar(select(func.count(TimelineEntry.id)).where(*own)) or 0
        story = catchup.Story(
            incident, self._config, entries,
            links=listing.links_of(session, incident, entries, self._permalink),
            beginning=listing.card_link(session, incident, self._permalink),
            roles=holders(session, incident), left_out=total - len(entries),
        )  # fmt: skip
        return Answer(text=f"The story of {incident.name} so far", blocks=catchup.told(story))

    def search(self, session: Session, visit: Visit, line: Line) -> Answer:
        """The SEVs that have the words."""
        require(self._config, actor_of(session, visit), "see")
        hits = searching.search(session, line.text, user_id=visit.user_id)
        if not hits:
            return Answer(text="No SEV that you can see has all these words.")
        return Answer(text="SEVs with these words", blocks=views.found(self._config, hits, most=searching.MOST))

    def _seen(self, session: Session, visit: Visit, line: Line) -> Incident:
        require(self._config, actor_of(session, visit), "see")
        return subject(session, visit, line, lock=False)


def _high_points(session: Session, incident: Incident) -> list[TimelineEntry]:
    """The entries that make the story: of each sort the newest few, together the newest first."""
    found: list[TimelineEntry] = []
    for kinds, most in catchup.SORTS:
        found += session.scalars(
            select(TimelineEntry).where(
                TimelineEntry.incident_id == incident.id, TimelineEntry.withdrawn_at.is_(None),
                TimelineEntry.kind.in_(kinds),
            ).order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(most)
        )  # fmt: skip
    return sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)


def _loading(number: int | None) -> View:
    if number is not None:
        return incident_forms.loading(number)
    return kit.modal("incident.loading", "Timeline", [kit.section("One moment…")], submit=None)


def _entry_number(text: str) -> int | None:
    """The number a person typed; None for nothing. Raises `Refused` for what is no number."""
    if not text.strip():
        return None
    found = NUMBER.match(text.strip())
    if not found:
        raise Refused(f"Say which entry by its number, as `{NAME} timeline` shows it: `{NAME} entry 3`.")
    return int(found[1])


def _split(value: str) -> tuple[int, int | None]:
    """The SEV's number and the entry's from a button's value `42:3`."""
    sev, _, number = value.partition(":")
    return int(sev), int(number) if number.isascii() and number.isdigit() else None


def commands(reading: Reading) -> tuple[Command, ...]:
    """The verbs of telling, in the order the help lists them."""
    return (
        Command(
            verb="timeline", usage="timeline [messages|status|people|updates|items|withdrawn] [@who] [words]",
            summary="what happened when, page by page", run=reading.timeline, changes=False,
        ),
        Command(
            verb="entry", usage="entry [N]", summary="mend a timeline entry, withdraw or restore it",
            details="N is the number that the timeline shows; without it, the entry written down last.",
            run=reading.entry, form=reading.entry_by_command,
        ),
        Command(
            verb="catchup", usage="catchup", summary="the story so far, every line with its link", run=reading.catchup,
            changes=False,
        ),
        Command(
            verb="export", usage="export [markdown|csv]", summary="get the timeline as a file, by direct message",
            run=reading.export,
        ),
        Command(
            verb="search", usage="search WORDS", summary="find SEVs by words in title, summary or timeline",
            details="All words must be there; beginnings of words will do.", run=reading.search, changes=False,
            takes_target=False,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, reading: Reading) -> None:
    """Attach the clicks and forms of telling."""
    rooms.clicks |= {
        views.TURN: reading.turned,
        views.NARROW: reading.turned,
        forms.WITHDRAW: reading.withdrawn,
        forms.RESTORE: reading.restored,
    }
    rooms.free_clicks |= {views.TURN, views.NARROW}
    rooms.forms |= {forms.ENTRY: reading.entry_submitted}
    rooms.openers |= {views.OPEN_ENTRY: reading.entry_form}
