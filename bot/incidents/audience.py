"""Who is invited to a SEV, who is told, who is paged: one pure function of the SEV and the configuration.

The form's preview, the deliveries and `sevbot plan` all ask it, so that what people are shown is what happens.
"""

from dataclasses import dataclass

from bot.config import Config, Team


@dataclass(frozen=True)
class Audience:
    """People and user groups to invite, places to announce in, and teams to page."""

    people: tuple[str, ...]
    groups: tuple[str, ...]
    places: tuple[str, ...]
    paged: tuple[Team, ...]
    teams: tuple[Team, ...]
    """The teams behind `people` and `groups`, for showing."""


def audience(
    config: Config,
    *,
    severity: str,
    workflows: tuple[str, ...],
    is_private: bool,
    declared_by: str,
    is_drill: bool = False,
) -> Audience:
    """The audience of a SEV. A private one is announced nowhere, and invites only its declarer and the named teams.

    A drill pages nobody, unless the configuration wants that exercised too.
    """
    affected = [found for key in workflows if (found := config.workflow(key))]
    rule = config.severity(severity)
    if is_private:
        keys, places, paged = list(config.private.invite), [], list(config.private.page)
    else:
        keys = [*(rule.invite if rule else ()), *(each.owner for each in affected if each.owner)]
        places = [*(rule.announce if rule else ()), *(place for each in affected for place in each.announce)]
        paged = list(rule.page if rule else ())
    teams = _teams(config, keys)
    people = [declared_by, *(person for team in teams for person in team.members)]
    return Audience(
        people=tuple(dict.fromkeys(people)),
        groups=tuple(dict.fromkeys(team.user_group for team in teams if team.user_group)),
        places=tuple(dict.fromkeys(places)),
        paged=tuple(_teams(config, [] if is_drill and not config.paging.drills else paged)),
        teams=tuple(teams),
    )


def _teams(config: Config, keys: list[str]) -> list[Team]:
    return [team for key in dict.fromkeys(keys) if (team := config.team(key))]


@dataclass(frozen=True)
class Bookmark:
    """A link at the top of a SEV's channel."""

    slot: str
    """What it is for, as its outbox key says it: `bridge`, `runbook:place-order`."""
    title: str
    link: str
    emoji: str


def bookmarks(config: Config, workflows: tuple[str, ...]) -> list[Bookmark]:
    """The bridge, and the runbooks of the affected workflows."""
    found = []
    if config.channels.bridge:
        found.append(Bookmark("bridge", "Bridge", config.channels.bridge, ":telephone_receiver:"))
    for key in workflows:
        workflow = config.workflow(key)
        if workflow and workflow.runbook:
            found.append(Bookmark(f"runbook:{key}", f"Runbook: {workflow.name}", workflow.runbook, ":book:"))
    return found
