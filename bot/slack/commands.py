"""The verbs of `/sev`: what each is called, what it does, and the help that follows from it."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.slack.text import plain
from bot.slack.visit import Answer, View, Visit

NAME = "/sev"
TARGET = re.compile(r"sev-(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """What was typed after `/sev`: a verb, perhaps a target (`SEV-42`), flags, and the rest just as Slack sent it."""

    verb: str
    target: int | None
    text: str
    flags: frozenset[str]


@dataclass(frozen=True)
class Form:
    """A modal to open: at once from what is in memory, and completed from the database right afterwards."""

    view: View
    complete: Callable[[Session], View] | None = None
    works_alone: bool = False
    """Whether it can be used as it was opened while the database is down."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One verb. `run` does it in a transaction; `form` instead opens a modal, where it returns one."""

    verb: str
    usage: str
    summary: str
    """One line for the list of all verbs."""
    details: str = ""
    """What `help VERB` says besides."""
    run: Callable[[Session, Visit, Line], Answer]
    form: Callable[[Visit, Line], Form | None] | None = None
    flags: tuple[str, ...] = ()
    takes_target: bool = True
    """Whether a SEV's name may stand as the first word."""
    changes: bool = True
    """Whether it may change something: then it must be known who asks."""
    names_people: bool = False
    """Whether it does something to the people it mentions: then it must be known who they are."""
    alone: Callable[[Visit, Line], Answer] | None = None
    """What is done instead while the database is down; without it, nothing can be."""


class Commands:
    """All verbs, in the order the help lists them."""

    def __init__(self, commands: tuple[Command, ...], tray: Command) -> None:
        self._commands = {command.verb: command for command in commands}
        self.tray = tray
        """What bare `/sev` does."""

    def all(self) -> list[Command]:
        return list(self._commands.values())

    def find(self, text: str) -> tuple[Command, Line]:
        """The command a person typed, and its words. Raises `Refused` with the nearest verb for a word that is none."""
        if not plain(text):
            return self.tray, Line("", None, "", frozenset())
        first, *rest = text.split(maxsplit=1)
        verb = plain(first).lower()
        command = self._commands.get(verb)
        if command is None:
            raise Refused(self._unknown(verb))
        return command, read(command, rest[0] if rest else "")

    def help(self, verb: str = "") -> str:
        """Help for one verb, or the list of all. Raises `Refused` for a word that is no verb."""
        if verb:
            command = self._commands.get(verb.lower())
            if command is None:
                raise Refused(self._unknown(verb))
            return f"`{NAME} {command.usage}`\n{command.summary}.{' ' + command.details if command.details else ''}"
        lines = [f"`{NAME} {command.usage}`  {command.summary}" for command in self.all()]
        return "\n".join(
            [
                *lines,
                f"Outside a SEV's channel name the SEV: `{NAME} show SEV-42`. `{NAME} help VERB` explains one.",
            ]
        )

    def _unknown(self, verb: str) -> str:
        near = difflib.get_close_matches(verb.lower(), self._commands, n=1, cutoff=0.6)
        hint = f"Did you mean `{NAME} {near[0]}`? " if near else ""
        shown = re.sub(r"[^\w-]", "", verb)[:30]
        answer = f"There is no `{shown}` here." if shown else "That is no verb."
        return f"{answer} {hint}`{NAME} help` lists what there is."


def read(command: Command, text: str) -> Line:
    """Split what follows the verb into target, flags and the rest."""
    words = text.strip()
    target = None
    first, *rest = words.split(maxsplit=1) or [""]
    found = TARGET.match(first) if command.takes_target else None
    if found:
        target, words = int(found[1]), "".join(rest)
    flags = set()
    for flag in command.flags:
        words, times = re.subn(
            rf"(?<!\S)(?:--|[\u2012-\u2015]){flag}(?!\S)", "", words, flags=re.IGNORECASE
        )  # phones write a long dash
        if times:
            flags.add(flag)
    return Line(command.verb, target, words.strip(), frozenset(flags))


def help_command(explain: Callable[[str], str]) -> Command:
    """The verb that lists the verbs, or explains one, by what `explain` says of it."""

    def run(_session: Session, _visit: Visit, line: Line) -> Answer:
        return Answer(text=explain(line.text))

    return Command(verb="help", usage="help [VERB]", summary="list the verbs, or explain one", run=run, changes=False)
