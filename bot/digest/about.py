"""What a digest is about: as a scope for reading, and in words."""

from bot.config import Config
from bot.digest.history import Scope, scope_of
from bot.digest.model import DigestSubscription


def scope(config: Config, subscription: DigestSubscription) -> Scope:
    """What a subscription is about. Who reads a channel, nobody can tell: so it is about what is public."""
    return scope_of(config, teams=tuple(subscription.teams), workflows=tuple(subscription.workflows))


def about(config: Config, subscription: DigestSubscription) -> str:
    """What a subscription is about, plain; empty: everything."""
    return named(config, subscription.teams, subscription.workflows)


def named(config: Config, teams: list[str] | tuple[str, ...], workflows: list[str] | tuple[str, ...]) -> str:
    """Teams and workflows by name, plain; those that were taken out of the configuration by their keys."""
    found = [team.name if (team := config.team(key)) else key for key in teams]
    found += [flow.name if (flow := config.workflow(key)) else key for key in workflows]
    return ", ".join(found)
