"""Telling other services of SEVs: what is asked for when something happens, and how it is delivered."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.addresses import Reach
from bot.clock import Clock
from bot.config import Config, Settings, Webhook
from bot.environment import WEBHOOK_KEY
from bot.errors import Blame, Permanent
from bot.http import Http
from bot.incidents import membership
from bot.incidents.model import Incident, TimelineEntry
from bot.incidents.reading import incident_of
from bot.incidents.troubles import show_trouble
from bot.outbox.announcements import Reaction
from bot.outbox.enqueue import Request, enqueue
from bot.outbox.kinds import Attempt, Kind, Kinds, Nature, Result, Skip
from bot.outbox.model import Mode, OutboxMessage
from bot.webhooks.letters import KINDS, Letter, content, event_of, headers

DELIVER = "webhooks.deliver"
ANSWER_LIMIT = 64_000
"""Bytes of an answer that are read: nothing that it says is of use."""

_NEWEST = (
    select(TimelineEntry)
    .where(TimelineEntry.incident_id == bindparam("incident"), TimelineEntry.kind == bindparam("kind"))
    .order_by(TimelineEntry.id.desc())
    .limit(1)
)


class WebhooksRoom:
    """Outgoing webhooks, on the house's ground. `secrets` are by the name that a webhook's key gives."""

    def __init__(self, clock: Clock, settings: Settings, secrets: Mapping[str, tuple[str, ...]]) -> None:
        self._clock = clock
        self._settings = settings
        self._secrets = secrets

    @property
    def _config(self) -> Config:
        return self._settings.current

    def reactions(self) -> dict[str, Reaction]:
        """Whom what happens to a SEV is told."""
        return {f"incident.{kind}": partial(self._happened, kind) for kind in KINDS}

    def register(self, kinds: Kinds) -> None:
        """Add the kind. What arrives twice bears the same name, so that nobody can tell is no reason not to send it again."""
        kinds.add(
            Kind(
                name=DELIVER, nature=Nature.IDEMPOTENT, label="Tell another service of the SEV", load=self._load,
                send=self._send, on_trouble=show_trouble(self._settings),
            )
        )  # fmt: skip

    def _happened(self, kind: str, session: Session, subject: str) -> None:
        config = self._config
        if not config.webhooks:
            return
        incident = membership.by_subject(session, subject)
        session.flush()  # what is sent speaks of its entry by id
        entry = session.scalars(_NEWEST, {"incident": incident.id, "kind": kind}).one()
        for webhook in config.webhooks:
            if event_of(entry, config) in webhook.events and not _must_not_know(webhook, incident):
                enqueue(session, _request(webhook, incident, entry))

    def _load(self, session: Session, message: OutboxMessage) -> Letter | Skip:
        incident, wanted = incident_of(session, message), message.arguments["webhook"]
        webhook = next((each for each in self._config.webhooks if each.key == wanted), None)
        if webhook is None:
            return Skip("there is no such webhook any more")
        if why_not := _must_not_know(webhook, incident):
            return Skip(why_not)
        entry = session.get_one(TimelineEntry, message.arguments["entry"])
        return Letter(
            webhook=webhook, secrets=self._secrets.get(webhook.secret_name, ()), delivery=message.token,
            content=content(incident, entry, self._config),
        )  # fmt: skip

    def _send(self, letter: Letter, attempt: Attempt) -> Result:
        webhook = letter.webhook
        if not letter.secrets:
            raise Permanent("no_secret", f"set {WEBHOOK_KEY}{webhook.secret_name}", blame=Blame.OPERATOR)
        http = Http(
            vendor="webhook",
            timeout=self._config.delivery.call_timeout,
            reach=reach_of(webhook),
            body_limit=ANSWER_LIMIT,
        )
        attempt.require_lease(http.longest)
        sent_at = int(self._clock.machine().timestamp())
        reply = http.call("POST", webhook.url, headers=headers(letter, at=sent_at), content=letter.body)
        if not reply.is_success:
            raise reply.refusal(blame=Blame.OPERATOR)
        return {}


def missing(config: Config, secrets: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What is missing to tell those whom the configuration names, a sentence each."""
    return [
        f"sevbot.yaml: webhooks.{each.key}: there is no secret: set {WEBHOOK_KEY}{each.secret_name} (or …_FILE)"
        for each in config.webhooks
        if not secrets.get(each.secret_name)
    ]


def _must_not_know(webhook: Webhook, incident: Incident) -> str:
    """Why a receiver is not told of a SEV; empty: it may be."""
    if incident.is_private and not webhook.private:
        return "it is told of no private SEVs"
    if incident.is_drill and not webhook.drills:
        return "it is told of no drills"
    return ""


def _request(webhook: Webhook, incident: Incident, entry: TimelineEntry) -> Request:
    """In a lane of the SEV and the receiver, so that what happened is told in its order."""
    lane = f"{incident.subject}:webhook:{webhook.key}"
    return Request(
        kind=DELIVER, subject=incident.subject, arguments={"webhook": webhook.key, "entry": entry.id},
        key=f"{lane}:{entry.id}", lane=lane, mode=Mode.ONCE, rule="webhooks", audience=webhook.key,
    )  # fmt: skip


def reach_of(webhook: Webhook) -> Reach:
    """Which addresses it may be reached at."""
    if webhook.is_here:
        return Reach.LOOPBACK
    return Reach.PRIVATE if webhook.network == "private" else Reach.PUBLIC
