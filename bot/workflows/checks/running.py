"""Runs a check once: its steps within its time, and what is told of them without anything hidden."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.config.checks import OF_SECRETS, Check, Request, Step, places
from bot.slack.text import clip, plain
from bot.workflows.checks import expecting, probes
from bot.workflows.checks.connecting import Connector, OutOfTime, StepFailed
from bot.workflows.checks.exchange import Answer, Asked
from bot.workflows.checks.filling import Value, Values, fill, fill_all, fill_url, hide, normal
from bot.workflows.checks.model import SAID_LIMIT
from bot.workflows.checks.streaks import Verdict

if TYPE_CHECKING:
    from bot.workflows.checks.sessions import Session

EXCERPT_BYTES = 500


@dataclass(frozen=True)
class StepResult:
    """How one step went."""

    name: str
    took_ms: int
    status: int | None = None
    said: str = ""
    """What was wrong; empty: nothing."""


@dataclass(frozen=True)
class Outcome:
    """How one run went."""

    verdict: Verdict
    took_ms: int
    steps: tuple[StepResult, ...] = ()
    said: str = ""
    """What was wrong, in a sentence without its full stop."""
    excerpt: str = field(default="", repr=False)
    """The beginning of the answer that was wrong."""
    expires_at: datetime | None = None
    tries: int = 1


def run(check: Check, connector: Connector, secrets: Mapping[str, str], *, now: datetime) -> Outcome:
    """Run it. `secrets`: by their names in lower case. `now`: by the clock of this machine."""
    began = time.monotonic()
    if check.steps:
        steps = Steps(check, connector, secrets)
        return steps.run()
    try:
        if check.tls:
            expires_at = probes.expiry_of(connector, check.tls)
            if expires_at - now <= check.tls.warn:
                said = f"its certificate expires on {expires_at:%Y-%m-%d at %H:%M UTC}"
                return Outcome(Verdict.EXPIRES, _since(began), said=said, expires_at=expires_at)
            return Outcome(Verdict.GOOD, _since(began), expires_at=expires_at)
        if check.dns:
            probes.try_name(connector, check.dns)
        if check.tcp:
            probes.try_port(connector, check.tcp)
    except OutOfTime:
        return Outcome(Verdict.FAILS, _since(began), said=connector.deadline.missed.said)
    except StepFailed as failure:
        return Outcome(Verdict.FAILS, _since(began), said=clip(plain(failure.said), SAID_LIMIT))
    return Outcome(Verdict.GOOD, _since(began))


class Steps:
    """The steps of one run, and what they found."""

    def __init__(self, check: Check, connector: Connector, secrets: Mapping[str, str]) -> None:
        self._check = check
        self._connector = connector
        self._hidden: dict[str, Value] = {f"{OF_SECRETS}{name.lower()}": each for name, each in secrets.items()}
        self._values = Values(check.variables, self._hidden)
        self._results: list[StepResult] = []
        self._said = ""
        self._excerpt = ""
        self._is_late = False

    def run(self) -> Outcome:
        """Do the steps, those that clean up in any case."""
        began = time.monotonic()
        from bot.workflows.checks.sessions import Session  # late: see there

        session = Session(self._connector)
        try:
            for step in self._check.steps:
                if not self._said or (step.always and self._is_complete(step)):
                    self._make_time(step)
                    self._do(step, session)
        finally:
            session.close()
        verdict = Verdict.FAILS if self._said else Verdict.GOOD
        return Outcome(verdict, _since(began), tuple(self._results), self._said, self._excerpt)

    def _make_time(self, step: Step) -> None:
        """What cleans up gets the time of a run once more, where a step before used it up."""
        if step.always and self._connector.deadline.is_over and not self._is_late:
            self._connector.deadline.renew()
            self._is_late = True

    def _do(self, step: Step, session: "Session") -> None:
        began, answer, said = time.monotonic(), None, ""
        try:
            answer = session.ask(self._filled(step.request), redirects=step.redirects)
            values = replace(self._values, found=self._found(answer, step, session))
            expecting.require(answer, step.expect, took_ms=_since(began), values=values)
            for name, source in step.extract.items():
                self._hidden[name] = expecting.extract(answer, source, session.cookie)
        except OutOfTime:
            said = self._connector.deadline.missed.said
        except StepFailed as failure:
            said = failure.said
            self._hidden |= self._found(answer, step, session) if answer else {}
        said = clip(plain(hide(said, self._values)), SAID_LIMIT)
        self._results.append(StepResult(step.name, _since(began), answer.status if answer else None, said))
        if said and not self._said:
            self._said = clip(f"{step.name}: {said}" if len(self._check.steps) > 1 else said, SAID_LIMIT)
            self._excerpt = self._excerpt_of(answer)

    def _found(self, answer: Answer, step: Step, session: "Session") -> dict[str, Value]:
        """What is to be extracted, as far as it is there: it is hidden even where the answer was wrong."""
        found: dict[str, Value] = {}
        for name, source in step.extract.items():
            with suppress(StepFailed):
                found[name] = expecting.extract(answer, source, session.cookie)
        return found

    def _filled(self, request: Request) -> Asked:
        """The request with everything filled in. Raises `StepFailed` where something is not there."""
        missing = self._missing(request)
        if missing:
            raise StepFailed(missing)
        values = self._values
        headers = {name: fill(each, values) for name, each in request.headers.items()}
        form = {name: fill(each, values) for name, each in request.form.items()} if request.form is not None else None
        body = fill(request.body, values).encode() if request.body is not None else None
        content = fill_all(request.content, values)
        return Asked(request.method, fill_url(request.url, values), headers, content, form if body is None else body)

    def _missing(self, request: Request) -> str:
        """What can't be filled in, in words; empty: nothing."""
        for name in places(request.texts):
            if self._values.find(name) is None:
                if name.startswith(OF_SECRETS):
                    return f"SEVBOT_CHECK_SECRET_{normal(name).removeprefix(OF_SECRETS).upper()} is not set"
                return f"{name} was not found before"
        return ""

    def _is_complete(self, step: Step) -> bool:
        """Whether all is there that a step needs: what was never made need not be cleaned up."""
        return not self._missing(step.request)

    def _excerpt_of(self, answer: Answer | None) -> str:
        if answer is None:
            return ""
        shown = plain(hide(answer.text, self._values)).encode()[:EXCERPT_BYTES]
        return re.sub(r"\s+", " ", shown.decode("utf-8", "ignore")).strip()


def _since(began: float) -> int:
    """Milliseconds."""
    return round((time.monotonic() - began) * 1000)
