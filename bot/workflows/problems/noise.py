"""Which signs of trouble led to nothing, so that people can see what only cost them attention."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.incidents.model import Incident
from bot.workflows.problems.model import Problem, ProblemIncident

MOST_NAMED = 3


@dataclass(frozen=True)
class Noise:
    """The signs of trouble of a period that are over, and those of them of which no SEV ever knew."""

    of: int = 0
    by_source: Mapping[str, int] | None = None
    ignored: int = 0
    """How many of those somebody ignored."""
    most_often: Sequence[tuple[str, str, int]] = ()
    """What came more than once of them: its workflow, its title, and how often, the most first."""

    @property
    def led_to_nothing(self) -> int:
        return sum((self.by_source or {}).values())


def noise(session: Session, workflows: Collection[str] | None, *, since: datetime, until: datetime) -> Noise:
    """What there was of the workflows (None: of all, and of none in particular) that began in a period.

    What a private SEV knows of is left out: that it led to something is nobody's business.
    """
    attached = select(ProblemIncident.problem_id).join(Incident, Incident.id == ProblemIncident.incident_id)
    attached = attached.where(ProblemIncident.problem_id == Problem.id)
    is_known, is_hidden = attached.exists(), attached.where(Incident.is_private.is_(True)).exists()
    is_over = (Problem.began_at >= since, Problem.began_at < until, Problem.recovered_at.is_not(None), ~is_hidden)
    columns = (Problem.workflow, Problem.source, Problem.title, Problem.ignored_by != "", is_known, func.count())
    query = select(*columns).where(*is_over).group_by(*columns[:-1])
    rows = [row for row in session.execute(query) if workflows is None or row[0] in workflows]
    by_source: Counter[str] = Counter()
    by_title: Counter[tuple[str, str]] = Counter()
    for workflow, source, title, _, was_known, count in rows:
        if not was_known:
            by_source[source] += count
            by_title[workflow, title] += count
    return Noise(
        of=sum(row[-1] for row in rows), by_source=dict(by_source.most_common()),
        ignored=sum(count for *_, was_ignored, was_known, count in rows if was_ignored and not was_known),
        most_often=[(*what, count) for what, count in by_title.most_common(MOST_NAMED) if count > 1],
    )  # fmt: skip
