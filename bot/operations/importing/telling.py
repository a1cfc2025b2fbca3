"""What the command says of an import: what would be made, what is wrong, what was done. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.operations.importing.planning import Step, Verdict

SHOWN = 100
"""How many lines of a sort are told."""
LEFT = {
    Verdict.DIFFERS: (
        "differs from what is here and is left as it is",
        "differ from what is here and are left as they are",
    ),
    Verdict.HERE: ("is here already", "are here already"),
}
WOULD = {Verdict.NEW: ("SEV is new", "SEVs are new"), Verdict.CHANGED: ("would be changed",) * 2, **LEFT}
DID = {
    Verdict.NEW: ("SEV was imported", "SEVs were imported"),
    Verdict.CHANGED: ("was changed", "were changed"),
    **LEFT,
}


def planned(steps: Sequence[Step]) -> list[str]:
    """A line for each SEV of which anything becomes, the first of them."""
    return shortened([_line(each) for each in steps if each.verdict is not Verdict.HERE])


def notes(notices: Sequence[str]) -> list[str]:
    """What is taken otherwise than the file says."""
    return shortened([f"note: {each}" for each in notices])


def shortened(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many follow."""
    left = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"… and {left} more"] if left > 0 else [])]


def summed_up(verdicts: Iterable[Verdict], words: Mapping[Verdict, tuple[str, str]]) -> str:
    """What would become of the SEVs (`WOULD`), or became of them (`DID`)."""
    counts = Counter(verdicts)
    told = [f"{counts[each]} {words[each][counts[each] > 1]}" for each in Verdict if counts[each]]
    return f"{', '.join(told)}." if told else "There are no SEVs in the file."


def _line(step: Step) -> str:
    sev = step.sev
    name = f"{sev.place.name}: SEV-{step.number}"
    if step.verdict is not Verdict.NEW:
        return f"{name} {step.verdict.value}: {', '.join(step.differs)}"
    title = "private" if sev.columns["is_private"] else sev.columns["title"]
    counts = (
        (len(sev.timeline), "entry", "entries"), (len(sev.items), "item", "items"),
        (sev.postmortem is not None, "postmortem", ""),
    )  # fmt: skip
    parts = [f"{count:d} {many if count > 1 else one}" for count, one, many in counts if count]
    belongs = f" ({', '.join(parts)})" if parts else ""
    columns = sev.columns
    return f"{name} new: {columns['severity']} {columns['status']} {columns['declared_at']:%Y-%m-%d} {title}{belongs}"
