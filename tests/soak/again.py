"""What an instance answers, so that it can be asked of another one."""

from pathlib import Path
from typing import Any

from bot.operations.exporting import export
from tests.soak.looking import ASKER, all_pages
from tests.soak.stage import Stage

WORDS = (
    "list all", "list open", "list mine", "list SEV1", "list SEV2", "list SEV3", "list SEV4", "stats 7d", "stats payments 1d",
    "items all", "mine", "search trouble", "workflows", "postmortem list",
)  # fmt: skip
"""What people ask about all SEVs."""
OF_A_START = "Catch up with the channel"
OF_EACH = ("show", "timeline", "catchup", "why")
"""What they ask about each."""


def answers(stage: Stage, folder: Path) -> dict[str, Any]:
    """All that can be asked, with what is answered."""
    person = stage.person(ASKER)
    found: dict[str, Any] = {each: person.types(f"/sev {each}").text for each in WORDS}
    found["API"] = all_pages(stage, "?limit=100", "incidents")
    for told in stage.told:
        found |= {f"{each} {told.name}": _said(person.types(f"/sev {each} {told.name}").text) for each in OF_EACH}
        found[f"API {told.name}"] = stage.asks("GET", f"/{told.number}", by="auditor").json()
        for name in ("timeline", "updates"):
            rows = "entries" if name == "timeline" else "updates"
            found[f"API {told.name} {name}"] = all_pages(stage, f"/{told.number}/{name}?limit=100", rows)
    export(stage.database, folder, with_private=True)
    return found | {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def _said(text: str) -> str:
    """An answer, without what an instance does when it begins."""
    return "\n".join(line for line in text.splitlines() if OF_A_START not in line)


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is answered otherwise, a line each."""
    return [
        f"{each}: {before.get(each)!r}, then {after.get(each)!r}"
        for each in before | after
        if before.get(each) != after.get(each)
    ]
