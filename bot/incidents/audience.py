"""Who is invited to a SEV, who is told, who is paged: one pure function of the SEV and the configuration.

The form's preview, the deliveries and `sevbot plan` all ask it, so that what people are shown is what happens.
"""

from dataclasses import dataclass

from bot.config import AudienceRule, Config, Severity, Team
from bot.slack.text import is_person


@dataclass(frozen=True)
class Audience:
    """People and user groups to invite, places to announce in, and teams to page."""

    people: tuple[str, ...]
    groups: tuple[str, ...]
    places: tuple[str, ...]
    paged: tuple[Team, ...]
    teams: tuple[Team, ...]
    """The teams behind `people` and `groups`, for showing."""
    named: tuple[str, ...] = ()
    """The people that rules name one by one, for showing."""


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
    level = config.severity(severity)
    rules = [rule for rule in config.invitations if rule.holds(severity=severity, workflows=affected)]
    callers: list[Severity | AudienceRule] = [*([level] if level else []), *rules]
    if is_private:
        keys, named, places, paged = list(config.private.invite), [], [], list(config.private.page)
    else:
        keys = [key for each in callers for key in each.invite] + [each.owner for each in affected if each.owner]
        named = [person for rule in rules for person in rule.people]
        places = [place for each in callers for place in each.announce]
        places += [place for each in affected for place in each.announce]
        paged = [key for each in callers for key in each.page]
    teams = _teams(config, keys)
    people = [*declarers(declared_by), *(person for team in teams for person in team.members), *named]
    return Audience(
        people=tuple(dict.fromkeys(people)),
        groups=tuple(dict.fromkeys(team.user_group for team in teams if team.user_group)),
        places=tuple(dict.fromkeys(places)),
        paged=tuple(_teams(config, [] if is_drill and not config.paging.drills else paged)),
        teams=tuple(teams),
        named=tuple(dict.fromkeys(named)),
    )


def declarers(declared_by: str) -> tuple[str, ...]:
    """Who declared a SEV, if that was a person: what workflows declare by themselves and services by the API, nobody did."""
    return (declared_by,) if is_person(declared_by) else ()


def _teams(config: Config, keys: list[str]) -> list[Team]:
    return [team for key in dict.fromkeys(keys) if (team := config.team(key))]
