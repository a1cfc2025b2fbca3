"""How a problem looks in its workflow's channel. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import ButtonElement

from bot.config import Config
from bot.directory.people import BOT
from bot.incidents.model import TITLE_LIMIT as SEV_TITLE_LIMIT
from bot.incidents.model import Incident
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import channel as channel_mention
from bot.slack.text import clip, link, mrkdwn, one_line, user, when
from bot.slack.visit import View, metadata
from bot.workflows.problems.model import Problem
from bot.workflows.problems.words import heading_words, source_words

OPEN_DECLARE = "problem.open_declare"
ATTACH = "problem.attach"
OPEN_ATTACH = "problem.open_attach"
ATTACH_TO = "problem.attach_to"
IGNORE = "problem.ignore"
END = "problem.end"
RETRY = "problem.retry"
FORM_TITLE = "Attach to a SEV"
AGAIN = "It shows again then, if it is still there."
MOST_NAMED = 5
MOST_ON_CARD = 3
LINES_AT_ONCE, LONGEST_LINK = 5, 150
"""How many of many problems fit into one block, each with a link of so many characters at most."""
OVER = ":white_check_mark:"
MARKS = {"critical": ":rotating_light:", "warning": ":warning:", "info": ":information_source:"}


@dataclass(frozen=True)
class Shown:
    """A problem and what its message says besides. `sevs` are public: everybody in the channel reads it."""

    problem: Problem
    config: Config
    now: datetime
    sevs: Sequence[Incident] = ()
    """The open SEVs that know of it."""
    candidate: Incident | None = None
    """The newest open SEV it could be attached to."""
    others: Sequence[Problem] = ()
    """The problems that its message lists besides it, since many came at once."""
    are_all_known: bool = False
    """Whether each of them that goes on is known to one of the SEVs."""
    is_old: bool = False
    """Whether a newer message tells of it."""
    back: Problem | None = None
    """The later episode that nobody is told of yet, since it is quiet: the problem came back."""


def text(shown: Shown) -> str:
    """The message in one line, for notifications."""
    problem = shown.problem
    if shown.others:
        return mrkdwn(_title_of_many(shown), 600)
    verb = "" if problem.recovered_at is None else "Over: " if problem.ended_by else "Recovered: "
    return mrkdwn(f"{verb}{heading_words(shown.config, problem)}", 600)


def message(shown: Shown) -> list[Block]:
    """The message: what it is, since when, how often it was seen, and what can be done."""
    problem = shown.problem
    if shown.others:
        return _many(shown)
    blocks = [kit.section(_heading(shown))]
    if problem.detail:
        blocks.append(kit.context(mrkdwn(clip(one_line(problem.detail), 600), 1800)))
    blocks.append(kit.context(" ".join(_facts(problem))))
    standing = _standing(shown)
    if standing:
        blocks.append(kit.context(standing))
    buttons = _buttons(shown)
    return [*blocks, kit.actions(buttons)] if buttons else blocks


def elsewhere(shown: Shown, error: str | None) -> list[Block]:
    """The message in another channel than its own, where `error` is what is wrong there; None: nothing any more."""
    place = shown.problem.place
    own = mrkdwn(place, 300) if place.startswith("#") else channel_mention(place)
    if error is None:
        return [kit.section(f"{_heading(shown)}\nIt is told in {own} now.")]
    why = kit.context(f":warning: It belongs in {own}, where Sevbot can't post: {mrkdwn(error, 600)}.")
    return [*message(shown), why, kit.actions([kit.button("Retry", RETRY, value=str(shown.problem.id))])]


def card_lines(problems: Sequence[Problem]) -> list[str]:
    """What a SEV's card says of the problems it knows of: those that go on, or that they are over."""
    going_on = [each for each in problems if each.recovered_at is None]
    lines = [
        f"{MARKS[each.urgency]} {source_words(each)}, since {when(each.began_at)}: {mrkdwn(each.title, 600)}"
        for each in going_on[:MOST_ON_CARD]
    ]
    if len(going_on) > MOST_ON_CARD:
        lines.append(f"and {len(going_on) - MOST_ON_CARD} more signs of trouble")
    ends = [each.recovered_at for each in problems if each.recovered_at]
    if ends and not going_on:
        what = "The sign of trouble is" if len(ends) == 1 else f"All {len(ends)} signs of trouble are"
        lines.append(f":white_check_mark: {what} over since {when(max(ends))}")
    return lines


def attach_form(problem_id: int, sevs: Sequence[Incident]) -> View:
    """Which SEV it belongs to, of those that are open and that the reader may see."""
    options = [kit.option(f"{each.name} {each.title}", str(each.number)) for each in sevs]
    field = kit.field("number", "SEV", kit.menu("Which SEV is it?", "number", options))
    return kit.modal(ATTACH_TO, FORM_TITLE, [field], submit="Attach", metadata=metadata(problem=problem_id))


def attach_loading() -> View:
    """What is shown until the database was read."""
    return kit.modal("problem.loading", FORM_TITLE, [kit.section("One moment…")], submit=None)


def carried_in(value: str) -> dict[str, Any]:
    """What *Declare SEV* carries: the problem's id, a title and a workflow; empty for what no button of ours holds."""
    found = json.loads(value)
    return found if isinstance(found, dict) else {}


def _many(shown: Shown) -> list[Block]:
    """The message of many that came at once: each of them, what goes on first, and what can be done about all of that."""
    found = sorted((shown.problem, *shown.others), key=_worst_first)
    over = sum(each.recovered_at is not None for each in found)
    still = len(found) - over
    go_on, are_over = f"{still} {'goes' if still == 1 else 'go'} on", f"{over} {'is' if over == 1 else 'are'} over"
    how = f"{go_on}, {are_over}" if still and over else f"all of them {'go on' if still else 'are over'}"
    mark = OVER if not still else _mark(found[0])
    lines = [] if shown.is_old else [_line(shown.config, each) for each in found]
    listed = ["\n".join(lines[at : at + LINES_AT_ONCE]) for at in range(0, len(lines), LINES_AT_ONCE)]
    blocks = [kit.section(f"{mark} *{len(found)} problems at once*: {how}."), *map(kit.section, listed)]
    said = [f"It is in the timeline of {_names(shown)}."] if shown.sevs and shown.are_all_known else []
    if shown.sevs and not shown.are_all_known:
        said = [f"Some of it is in the timeline of {_names(shown)}."]
    if shown.is_old:
        said.append("It is still there: see the newer message below.")
    elif still and not shown.are_all_known:
        said.append("Declaring and attaching takes all that goes on.")
    blocks += [kit.context(" ".join(said))] if said else []
    can_act = still and not shown.is_old and not shown.are_all_known
    return [*blocks, kit.actions(_answers(shown))] if can_act else blocks


def _worst_first(problem: Problem) -> tuple[bool, int, datetime]:
    urgencies = [*MARKS]
    place = urgencies.index(problem.urgency) if problem.urgency in MARKS else len(urgencies)
    return problem.recovered_at is not None, place, problem.began_at


def _line(config: Config, problem: Problem) -> str:
    """One of many problems, in a line."""
    known = config.workflow(problem.workflow)
    workflow = f"*{mrkdwn(known.name, 60)}*: " if known else ""
    ended = f", over {when(problem.recovered_at)}" if problem.recovered_at else ""
    since = f"{source_words(problem)}, since {when(problem.began_at)}{ended}."
    closer = f" {link(problem.link, 'Look closer')}" if problem.link else ""
    where = closer if len(closer) <= LONGEST_LINK else ""
    return f"{_mark(problem)} {workflow}{mrkdwn(one_line(problem.title), 150)}\n{since}{where}"


def _mark(problem: Problem) -> str:
    if problem.recovered_at:
        return ":zzz:" if problem.ended_by == BOT.user_id else OVER
    return MARKS.get(problem.urgency, MARKS["warning"])


def _title_of_many(shown: Shown) -> str:
    """Many problems in a few words: how many, and the worst."""
    worst = min((shown.problem, *shown.others), key=_worst_first)
    return f"{1 + len(shown.others)} problems at once, such as {heading_words(shown.config, worst)}"


def _heading(shown: Shown) -> str:
    problem = shown.problem
    if shown.others:
        return f"{_mark(problem)} {mrkdwn(_title_of_many(shown), 1500)}"
    known = shown.config.workflow(problem.workflow)
    workflow = f"*{mrkdwn(known.name, 300)}*: " if known else ""
    return f"{_mark(problem)} {workflow}{mrkdwn(problem.title, 1500)}"


def _facts(problem: Problem) -> list[str]:
    facts = [f"{source_words(problem)}, since {when(problem.began_at)}."]
    if problem.seen_count > 1:
        facts.append(f"Seen {problem.seen_count} times, last {when(problem.seen_at)}.")
    if problem.episode > 1:
        facts.append(f"It came back: it has come {problem.episode} times now.")
    if problem.link:
        facts.append(link(problem.link, "Look closer"))
    return facts


def _standing(shown: Shown) -> str:
    problem = shown.problem
    said = []
    if shown.sevs:
        said.append(f"It is in the timeline of {_names(shown)}.")
    if problem.recovered_at:
        said.append(_ended(problem, problem.recovered_at))
    elif shown.is_old:
        said.append("It is still there: see the newer message below.")
    elif problem.ignored_until and problem.ignored_until > shown.now:
        said.append(f"Ignored by {user(problem.ignored_by)} until {when(problem.ignored_until)}. {AGAIN}")
    if shown.back and shown.back.ignored_until:
        why = "is ignored" if shown.back.ignored_by else "comes and goes"
        back = f"It came back {when(shown.back.began_at)}, and {why}: nothing more is said of it until"
        said.append(f"{back} {when(shown.back.ignored_until)}. {AGAIN}")
    return " ".join(said)


def _ended(problem: Problem, at: datetime) -> str:
    if problem.ended_by == BOT.user_id:
        return f"Not heard of since {when(problem.seen_at)}, so it is taken to be over."
    return (
        f"{user(problem.ended_by)} said {when(at)} that it is over." if problem.ended_by else f"Recovered {when(at)}."
    )


def _buttons(shown: Shown) -> list[ButtonElement]:
    problem = shown.problem
    if problem.recovered_at or shown.is_old:
        return []
    buttons = [] if shown.sevs else _answers(shown)
    if problem.source == "alert":  # what Sevbot itself sees it would just see again
        buttons.append(kit.button("It is over", END, value=str(problem.id)))
    return buttons


def _answers(shown: Shown) -> list[ButtonElement]:
    problem = shown.problem
    buttons = [kit.button("Declare SEV", OPEN_DECLARE, value=_carried(shown), style="primary")]
    if shown.candidate:
        value = f"{problem.id}:{shown.candidate.number}"
        buttons.append(kit.button(f"Attach to {shown.candidate.name}", ATTACH, value=value))
    other = "Attach to another SEV…" if shown.candidate else "Attach to a SEV…"
    buttons.append(kit.button(other, OPEN_ATTACH, value=str(problem.id)))
    if not shown.others and not (problem.ignored_until and problem.ignored_until > shown.now):
        buttons.append(kit.button("Ignore for 1 h", IGNORE, value=str(problem.id)))
    return buttons


def _carried(shown: Shown) -> str:
    """What the button carries, so that the form opens filled in, before the database is asked."""
    problem = shown.problem
    words = _title_of_many(shown) if shown.others else heading_words(shown.config, problem)
    title = clip(words, SEV_TITLE_LIMIT)
    return json.dumps({"problem": problem.id, "title": title, "workflow": problem.workflow}, ensure_ascii=False)


def _names(shown: Shown) -> str:
    return ", ".join(_named(each) for each in shown.sevs[:MOST_NAMED])


def _named(incident: Incident) -> str:
    return f"{incident.name} {channel_mention(incident.channel_id)}" if incident.channel_id else incident.name
