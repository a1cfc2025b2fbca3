"""What a file says of severities, people and the like, as this Sevbot knows them. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.config import Category, Config
from bot.directory.people import BOT
from bot.operations.importing.fields import Fields
from bot.operations.importing.mapping import Translation
from bot.slack.text import NAMED, SPOKEN_OF, clip

AS_IT_IS = re.compile(r"[UWB][A-Z0-9]{2,31}|api:[a-z0-9_-]{1,28}")
"""Who did something, as `sevbot export` writes it: people and apps by Slack's ids, services by their tokens' names."""
PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")
NAME_LIMIT = 32 - len(SPOKEN_OF)
"""Characters of a name that the tables have room for."""
SHOWN = 20


@dataclass(frozen=True)
class Words:
    """This Sevbot's words, and how the file's are translated into them."""

    config: Config
    translation: Translation

    def severity(self, fields: Fields) -> str:
        """A severity's key; empty after a fault."""
        known = {each.key: each.key for each in self.config.severities}
        return self._one(fields, "severity", fields.line("severity"), known) or ""

    def status(self, fields: Fields) -> str:
        """A status' key; where the file has none, what its times say. Empty after a fault."""
        said = fields.line("status")
        if not said:
            for name, category in (("closed_at", Category.CLOSED), ("resolved_at", Category.RESOLVED)):
                if fields.line(name):
                    return self.config.status_of(category).key
        known = {each.key: each.key for each in self.config.statuses}
        known |= {each.label: each.key for each in self.config.statuses}
        return self._one(fields, "status", said, known) or ""

    def workflows(self, fields: Fields) -> tuple[str, ...]:
        """The workflows' keys."""
        known = {each.name: each.key for each in self.config.workflows}
        known |= {each.key: each.key for each in self.config.workflows}
        return self._all(fields, "workflows", "workflow", fields.words("workflows"), known)

    def roles(self, fields: Fields) -> dict[str, str]:
        """Who held which role, as the file says it, by the role's key."""
        known = {each.label: each.key for each in self.config.roles} | {
            each.key: each.key for each in self.config.roles
        }
        found = {}
        for role, who in fields.pairs("roles").items():
            key = self._one(fields, "role", role, known, at="roles")
            if key and who:
                found[key] = who
        return found

    def team(self, fields: Fields, name: str) -> str | None:
        """A team's key; None where there is none."""
        known = {each.name: each.key for each in self.config.teams} | {each.key: each.key for each in self.config.teams}
        said = fields.line(name)
        return (self._one(fields, "team", said, known, at=name) or None) if said else None

    def section(self, fields: Fields, said: str) -> str:
        """The key of a postmortem's section; empty where it is to be left out, or after a fault."""
        parts = self.config.postmortems.parts
        known = {each.label: each.key for each in parts} | {each.key: each.key for each in parts}
        return self._one(fields, "section", said, known, at="sections") or ""

    def causes(self, fields: Fields) -> tuple[str, ...]:
        """The keys of what contributed."""
        causes = self.config.postmortems.causes
        known = {each.label: each.key for each in causes} | {each.key: each.key for each in causes}
        return self._all(fields, "causes", "cause", fields.words("causes"), known)

    def person(self, said: str) -> str | None:
        """The Slack id of somebody; None where nobody knows who it is."""
        known = self.translation.people.get(" ".join(said.removeprefix(SPOKEN_OF).split()).lower())
        return known or (said if PERSON.fullmatch(said) else None)

    def actor(self, fields: Fields, name: str) -> str:
        """Who did something: a person, app or service as they are known here, else by name. Sevbot where nothing is said."""
        said = fields.line(name)
        if not said:
            return BOT.user_id
        person = self.person(said)
        if person or said in NAMED or AS_IT_IS.fullmatch(said):
            return person or said
        called = called_by_name(said)
        shown = called.removeprefix(SPOKEN_OF)
        if not said.startswith(SPOKEN_OF):
            fields.notice(name, f"Nobody knows who {shown} is in Slack, so the name is kept. --people FILE says it.")
        return called

    def _one(self, fields: Fields, kind: str, said: str, known: Mapping[str, str], *, at: str = "") -> str | None:
        """What a word is called here. None where it is to be left out, or after a fault."""
        here = self.translation.of(kind, said) if said else ""
        if said and not here and kind not in ("severity", "status"):
            return None
        found = {name.lower(): key for name, key in known.items()}.get(here.lower())
        if found is None:
            fields.wrong(at or kind, _unknown(kind, here or said, known.values()))
        return found

    def _all(
        self, fields: Fields, name: str, kind: str, said: Iterable[str], known: Mapping[str, str]
    ) -> tuple[str, ...]:
        found = (self._one(fields, kind, each, known, at=name) for each in said)
        return tuple(dict.fromkeys(each for each in found if each))


def called_by_name(said: str) -> str:
    """How somebody is kept who is not in this Slack."""
    name = " ".join(re.sub(r"[<>&]", " ", said.removeprefix(SPOKEN_OF)).split()) or "somebody"
    return SPOKEN_OF + clip(name, NAME_LIMIT)


def _unknown(kind: str, said: str, keys: Iterable[str]) -> str:
    """That there is no such thing here, which there are, and how to say which is meant."""
    known = list(dict.fromkeys(keys))
    there = (
        f"There are {', '.join(known[:SHOWN])}{' and more' if len(known) > SHOWN else ''}."
        if known
        else "There is none."
    )
    word = said[:60]
    if not word:
        return f"Give one. {there}"
    pair = f"{word}=…" if re.fullmatch(r"[\w.-]+", word) else f"'{word}=…'"
    leave = "" if kind in ("severity", "status") else " (with nothing behind the =, it is left out)"
    return f"There is no {kind} {word!r} here. {there} Say which is meant: --map-{kind} {pair}{leave}"
