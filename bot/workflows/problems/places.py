"""In which channel a workflow's problems are told. Pure."""

from bot.config import Config


def place_of(config: Config, workflow: str) -> str | None:
    """The workflow's own channel, or its owner's; else the operators'; else where SEVs are announced. None: there is none at all."""
    known = config.workflow(workflow)
    team = config.team(known.owner) if known and known.owner else None
    announced = (place for severity in config.severities for place in severity.announce)
    own = (known.channel if known else None) or (team.channel if team else None)
    return own or config.operators or next(announced, None)
