"""How a picture of figures on demand gets to who asked for it: drawn, and shared by direct message."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.digest import content, drawing, health_plot, plot, stat_views, stats
from bot.digest.asking import asked
from bot.digest.plot import Plot
from bot.directory.people import known
from bot.directory.permissions import may
from bot.errors import Refused
from bot.incidents import membership
from bot.outbox.kinds import Attempt, Kind, Nature, Result, Skip
from bot.outbox.model import OutboxMessage
from bot.slack import blocks as kit
from bot.slack import files, posts
from bot.slack.client import Slack

HEALTH_LABEL = "A workflow's health"
NOT_DRAWN = "The picture could not be drawn. The figures are complete without it."


@dataclass(frozen=True)
class Sketch:
    """What is to be drawn, and the message it is shared with."""

    draft: posts.Draft
    plot: Plot


class StatsDelivery:
    """The kind of `/sev stats`."""

    def __init__(self, slack: Slack, clock: Clock, settings: Settings) -> None:
        self._slack = slack
        self._clock = clock
        self._settings = settings

    def kind(self) -> Kind[Sketch]:
        return Kind(
            name=stats.PICTURE, nature=Nature.FINDABLE, label="Send a picture of figures", load=self._load,
            send=self._send,
            remove_copies=lambda sketch, attempt: files.remove_copies(self._slack, _file(sketch, b""), attempt),
        )  # fmt: skip

    def _load(self, session: Session, message: OutboxMessage) -> Sketch | Skip:
        config, user_id = self._settings.current, message.arguments["user"]
        if not may(config, known(session, user_id, door="click"), "see"):
            return Skip("who asked for it may not see SEVs any more")
        kind, words = message.arguments["kind"], message.arguments["words"]
        try:
            drawn = (
                self._health(session, config, words)
                if kind == stats.HEALTH
                else self._figures(session, config, user_id, kind, words)
            )
        except Refused:
            drawn = None
        if drawn is None:
            return Skip("what it is about was taken out of the configuration")
        text = f"{HEALTH_LABEL if kind == stats.HEALTH else stat_views.PICTURES[kind]}, as you asked."
        draft = posts.draft_for(
            session, message, channel_id="", users=(user_id,), text=text, blocks=[kit.section(text)]
        )
        return Sketch(draft, drawn)

    def _figures(self, session: Session, config: Config, user_id: str, kind: str, words: str) -> Plot:
        wanted = asked(config, words)
        zone = stats.zone_of(session, config, user_id)
        week = content.week_of(
            session, config, wanted.scope(config, membership.may_see(user_id)),
            today=self._clock.now().astimezone(ZoneInfo(zone)).date(), zone=zone, private=False,
            count=stats.weeks_of(wanted.days),
        )  # fmt: skip
        return plot.of_week(kind, week, config=config, about=wanted.about(config), zone=zone)

    def _health(self, session: Session, config: Config, key: str) -> Plot | None:
        workflow = config.workflow(key)
        return health_plot.of_workflow(session, config, workflow, now=self._clock.now()) if workflow else None

    def _send(self, sketch: Sketch, attempt: Attempt) -> Result:
        picture = drawing.draw(sketch.plot)
        if picture is None:
            told = posts.Draft(**{**vars(sketch.draft), "text": NOT_DRAWN, "blocks": [kit.section(NOT_DRAWN)]})
            return posts.put(self._slack, told, attempt)
        files.share(self._slack, _file(sketch, picture), attempt)
        return {}


def _file(sketch: Sketch, picture: bytes) -> files.FileDraft:
    return files.FileDraft(sketch.draft, "figures.png", picture, alt_text=sketch.plot.alt_text)
