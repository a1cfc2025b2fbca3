"""What a digest tells of the health of workflows."""

from datetime import time

from bot.digest import composing, views
from bot.digest.model import DigestSubscription
from tests.workflows.conftest import TroubleStage


def digest(stage: TroubleStage, *workflows: str, weekly: bool = False) -> str:
    """What a digest (about some workflows, or everything) would tell, as its readers read it."""
    subscription = DigestSubscription(
        id=1, key="test", place="C1", rhythm="weekly" if weekly else "daily", at=time(8, 30), days=["mon"], time_zone="UTC",
        teams=[], workflows=[*workflows], what=["health"], picture="health", skip_when_empty=False, counts_private=False,
        grace_seconds=3600, trouble="", next_due_at=None,
    )  # fmt: skip
    config = stage.bot.settings.current
    with stage.bot.database.read() as session:
        composed = composing.compose(session, config, subscription, None, now=stage.bot.clock.now())
        blocks = views.digest(config, composed.content, composed.framing)[2:-1]
    return "\n".join(block["text"]["text"] for block in blocks)
