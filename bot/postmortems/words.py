"""How the states of a postmortem are called, wherever they are read. Pure."""

from bot.postmortems.model import State, Verdict

STATES: dict[str, str] = {
    State.OWED: "Not begun",
    State.DRAFT: "Draft",
    State.IN_REVIEW: "In review",
    State.PUBLISHED: "Published",
}
VERDICTS: dict[str, str] = {
    Verdict.NONE: "was asked",
    Verdict.APPROVED: "approved it",
    Verdict.CHANGES: "asked for changes",
}
