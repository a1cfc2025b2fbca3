"""What somebody finds at Home of the workflows that their teams own: how these fare, the worst first."""

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.config import Config, Settings
from bot.incidents.home import HomeSection
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import when
from bot.workflows.health import portrait, views

MOST_SHOWN = 5


def section(settings: Settings, clock: Clock) -> HomeSection:
    """The section. Where their teams own nothing that is measured, it says nothing."""

    def show(session: Session, user_id: str) -> list[Block]:
        config, now = settings.current, clock.now()
        owned = owned_by(config, user_id)
        found = portrait.standings(session, config, owned, user_id) if owned else []
        measured = [each for each in found if each.fare is not None]
        if not measured:
            return []
        left = len(measured) - MOST_SHOWN
        more = f"… and {left} more. " if left > 0 else ""
        return [
            kit.header("My workflows"),
            *(kit.section(views.standing(each, now)) for each in measured[:MOST_SHOWN]),
            kit.context(f"{more}As of {when(now)}. `{NAME} workflows` shows them as they are now."),
        ]

    return show


def owned_by(config: Config, user_id: str) -> set[str]:
    """The keys of the workflows that somebody's teams own."""
    teams = {team.key for team in config.teams if user_id in team.members}
    return {each.key for each in config.workflows if each.owner in teams}
