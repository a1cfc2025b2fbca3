"""What can go wrong, in the words the rest of the code decides by.

Every failure is sorted once, where it enters the house: a person asked for something that cannot be (`Refused`),
the outside may answer better later (`Temporary`), it never will without somebody's help (`Permanent`), or nobody can
tell whether it was done (`OutcomeUnknown`).
"""

from datetime import timedelta
from enum import StrEnum


class Refused(Exception):  # noqa: N818 - the field's word, and it is an answer more than an error
    """A request that cannot be granted. Its text is a whole sentence for the person, and says what is possible instead.

    `field` names the form field it concerns (a block id), so that a modal shows the sentence under it. `to_services` is the
    sentence for who calls the HTTP API, where the one for people names what is typed in Slack.
    """

    def __init__(self, sentence: str, *, field: str | None = None, to_services: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.to_services = to_services or sentence


class Blame(StrEnum):
    """Who can mend a permanent failure."""

    OPERATOR = "operator"
    """A token, a scope or a workspace setting: the operator mends it, and the call is worth repeating then."""
    GONE = "gone"
    """What it spoke about exists no longer, or is closed to the bot."""
    OURS = "ours"
    """The bot sent something that is not acceptable: a fault in the bot, to be shown loudly."""


class CallFailed(Exception):  # noqa: N818
    """A call to the outside failed. `code` is the vendor's word (`ratelimited`) or ours (`connection_refused`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Temporary(CallFailed):
    """It certainly had no effect, and may work later; not before `retry_after`, where that is known."""

    def __init__(self, code: str, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class NotYet(Temporary):
    """It waits for something the bot does itself, and does just now: nothing is wrong, and nobody need hear of it."""


class OutcomeUnknown(CallFailed):
    """Nobody can tell whether it had its effect: a time-out, a dropped connection, a server error."""


class Permanent(CallFailed):
    """It had no effect, and repeating it at once is useless."""

    def __init__(self, code: str, detail: str = "", *, blame: Blame) -> None:
        super().__init__(code, detail)
        self.blame = blame
