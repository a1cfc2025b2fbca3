"""What can be set, section by section: each is explained in `config/sevbot.yaml` and `config/workflows.yaml`."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.config.calendar import Country, Subdivision
from bot.config.values import (
    Duration,
    Emoji,
    Frozen,
    GroupId,
    Key,
    Link,
    Place,
    TimeZone,
    UserId,
    channel_template,
    not_a_file,
)
from bot.config.workflows import Workflow


class Category(StrEnum):
    """What a status means to the bot, whatever a company calls it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Status(Frozen):
    key: Key
    category: Category
    label: Annotated[str, Field(min_length=1, max_length=30)]
    emoji: Annotated[str, Field(max_length=40)] = ""


SeverityKey = Annotated[str, Field(pattern=r"^SEV[0-9]$")]


class Severity(Frozen):
    key: SeverityKey
    meaning: Annotated[str, Field(min_length=1, max_length=75)]
    emoji: Annotated[str, Field(max_length=40)] = ""
    invite: tuple[Key, ...] = ()
    """Teams whose people are invited to the channel."""
    announce: tuple[Place, ...] = ()
    page: tuple[Key, ...] = ()
    """Teams that are paged."""
    subscribers: tuple[UserId, ...] = ()
    """People who are always sent the updates by direct message."""


COMMANDER = "commander"
"""The key of the role that every SEV needs."""


class Role(Frozen):
    key: Key
    label: Annotated[str, Field(min_length=1, max_length=40)]
    aliases: tuple[Key, ...] = ()
    """Other words people type for it."""
    instructions: Annotated[str, Field(max_length=2000)] = ""
    """What a new holder is told."""


DEFAULT_ROLES = (
    Role(
        key=COMMANDER,
        label="Incident commander",
        aliases=("ic",),
        instructions="You decide. Keep an overview, give the work to others, and promise a next update.",
    ),
    Role(
        key="communications_lead",
        label="Communications lead",
        aliases=("comms",),
        instructions="You tell everybody outside the channel what they must know, and keep the promised times.",
    ),
    Role(key="scribe", label="Scribe", instructions="You see that the timeline holds what matters, as it happens."),
)


class PagerService(StrEnum):
    """A vendor of pagers."""

    PAGERDUTY = "pagerduty"
    OPSGENIE = "opsgenie"

    @property
    def label(self) -> str:
        """What the vendor calls it."""
        return {"pagerduty": "PagerDuty", "opsgenie": "Opsgenie"}[self.value]


class TeamPager(Frozen):
    """How a team is paged. The secret itself comes from the environment, by the name in `key`."""

    service: PagerService
    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$"), AfterValidator(not_a_file)]
    schedule: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Whose turn it is: PagerDuty's id of the schedule, Opsgenie's name of it."""
    responder: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Opsgenie only: the team's name there."""


DEFAULT_UPDATES = {"SEV0": timedelta(minutes=15), "SEV1": timedelta(minutes=30), "SEV2": timedelta(hours=1)}
"""After how long the next update is due, by severity; one that is missing promises none by itself."""


class Team(Frozen):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=60)]
    members: tuple[UserId, ...] = ()
    user_group: GroupId | None = None
    channel: Place | None = None
    pager: TeamPager | None = None
    manager: UserId | None = None
    """Who is told when the team does not do what it promised."""
    country: Country | None = None
    """Whose holidays it keeps; None: the company's."""
    subdivision: Subdivision | None = None
    time_zone: TimeZone | None = None
    """Of its channel; None: the company's."""


class AudienceRule(Frozen):
    """Whom some SEVs call for, besides those their severity and workflows name. A condition left out holds always."""

    severities: tuple[SeverityKey, ...] = ()
    workflows: tuple[Key, ...] = ()
    owners: tuple[Key, ...] = ()
    """Teams: it holds where one of them owns an affected workflow."""
    invite: tuple[Key, ...] = ()
    people: tuple[UserId, ...] = ()
    announce: tuple[Place, ...] = ()
    page: tuple[Key, ...] = ()

    def holds(self, *, severity: str, workflows: Iterable[Workflow]) -> bool:
        """Whether it is about a SEV of that severity that affects these workflows."""
        affected = tuple(workflows)
        return (
            (not self.severities or severity in self.severities)
            and (not self.workflows or any(each.key in self.workflows for each in affected))
            and (not self.owners or any(each.owner in self.owners for each in affected))
        )


class Channels(Frozen):
    """How a SEV's channel is named. `{number}` and `{title}` are filled in; a private SEV's name never holds its title."""

    name: Annotated[str, Field(max_length=60), AfterValidator(channel_template)] = "sev-{number}-{title}"
    private_name: Annotated[str, Field(pattern=r"^[a-z0-9_-]*\{number\}[a-z0-9_-]*$", max_length=60)] = "sev-{number}"
    bridge: Link | None = None
    """The call everybody joins, shown as a bookmark."""


class Reactions(Frozen):
    """Which emoji do what, by their names without colons; skin tones make no difference."""

    timeline: tuple[Emoji, ...] = ("pushpin",)
    """They put a message on the timeline of the SEV whose channel it is in."""
    action: tuple[Emoji, ...] = ("hammer_and_wrench",)
    """They make a message an action item of that SEV."""


Who = Literal["everyone", "members", "nobody"]


class Permissions(Frozen):
    """Who may do what. `members` are people of this workspace who are no guests; `everyone` includes guests."""

    declare: Who = "members"
    change: Who = "members"
    """Severity, status, title, summary, times, links."""
    command: Who = "members"
    """Take a role, be given one, give it to somebody."""
    invite: Who = "members"
    """Invite people into a SEV's channel."""
    page: Who = "members"
    """Page a team, and see who is on call, with phone numbers."""
    publish: Who = "members"
    """Publish a postmortem, and take a published one back."""
    remediate: Who = "members"
    """Add and change action items, and be given one."""
    see: Who = "everyone"
    ask: Who = "members"
    """Ask to be let into a private SEV."""
    digest: Who = "members"
    """Let a channel be sent a digest, change or stop that."""
    operate: Who | tuple[UserId, ...] = "members"
    """Look how the bot itself fares, and let it try again what failed."""


class PrivateRules(Frozen):
    invite: tuple[Key, ...] = ()
    """Teams that are invited to every private SEV, besides the person who declares it."""
    page: tuple[Key, ...] = ()
    """Teams that may be paged for private SEVs, and are; they are told its number and no more."""


class PagingRules(Frozen):
    """When teams are paged, and how long it is remembered who was on call."""

    drills: bool = False
    resolve_on: Literal["mitigated", "resolved"] = "resolved"
    """From when on nobody needs to come any more."""
    refresh: Duration = timedelta(minutes=15)
    """How old what is known of who is on call may become."""
    keep: Duration = timedelta(days=7)
    """How long names and phone numbers are kept while the pager does not say anything newer."""


class Delivery(Frozen):
    """How patiently Slack is served. The defaults suit a real workspace; tests shorten them."""

    workers: Annotated[int, Field(ge=1, le=64)] = 24
    call_timeout: Duration = timedelta(seconds=5)
    attempt_limit: Duration = timedelta(seconds=30)
    """What one try may take in all, over all its calls."""
    lease_margin: Duration = timedelta(seconds=30)
    """How much longer than that a lease lasts, so that nobody takes over beside a live request."""
    backoff: Duration = timedelta(seconds=1)
    operator_backoff: Duration = timedelta(seconds=30)
    give_up_after: Duration = timedelta(hours=24)
    second_look: Duration = timedelta(minutes=2)
    """When to look for a second copy that a late answer may have left."""

    @property
    def lease(self) -> timedelta:
        """How long a claimed row is left to its worker."""
        return self.attempt_limit + self.lease_margin
