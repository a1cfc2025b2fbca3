"""What happens in the day: decided before it begins, from a seed alone, so that the same day can be had again."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.soak.company import PEOPLE

STEP = 5
"""Minutes from one look of the loop to the next. What people do between two looks they do at once."""
SEVERITIES = ("SEV1", "SEV2", "SEV2", "SEV3", "SEV3", "SEV4")
WAYS = ("words", "words", "words", "form", "service", "message")
ALERT, NEGLECTED = "alert", "neglected"
LAST_ALERT, NEGLECT = 3, 1
WEATHERS = ("limits", "errors", "late", "drops", "again", "unheard", "cut", "slow", "closed")
"""What Slack does wrong for an hour; see `weather.py`."""
DIGEST_HOURS = (20, 23)
BUSY = ("note", "pin", "update", "item", "service_note", "title", "summary", "severity", "item_by_reaction")
LONGEST_CALM = 15


@dataclass(frozen=True, order=True)
class Act:
    """Somebody does something about a SEV, that minute."""

    minute: int
    turn: int
    """In which order what is done in one minute was decided."""
    sev: int
    who: str
    what: str
    words: str = ""


@dataclass(frozen=True)
class Sev:
    """How a SEV begins. `index` is its place in the plan: its number is known when it is declared."""

    index: int
    title: str
    severity: str
    way: str
    who: str
    is_private: bool = False
    is_drill: bool = False


@dataclass(frozen=True)
class Plan:
    """A day, or some hours of it."""

    seed: int
    hours: int
    sevs: tuple[Sev, ...]
    acts: tuple[Act, ...]
    weather: tuple[str, ...]
    """What Slack does wrong in each hour."""
    kills: tuple[int, ...]
    """The minutes at which the bot is killed."""
    stops: tuple[int, ...]
    """The minutes at which it is told to stop, and started again."""
    database_restart: int
    """The minute at which a database that is a server goes away and comes back."""

    @property
    def bad_hour(self) -> int:
        """The hour at whose beginning the settlement says that it failed, of which a SEV comes by itself."""
        return self.hours * 5 // 8

    @property
    def alerting(self) -> tuple[int, ...]:
        """The SEVs that are declared from an alert."""
        return tuple(each.index for each in self.sevs if each.way == ALERT)


def planned(seed: int, *, hours: int, sevs: int) -> Plan:
    """The day of a seed. What kills the bot comes in its first quarter: from then on one process must last."""
    chance = Random(seed)
    last = hours * 60 - 2 * STEP
    begins = sorted(chance.randrange(STEP, max(last - 60, STEP + 1)) for _ in range(sevs))
    made = tuple(_sev(index, sevs, chance) for index in range(sevs))
    acts = sorted(act for sev, begin in zip(made, begins, strict=True) for act in _life(sev, begin, last, chance))
    quarter = hours * 60 // 4
    moments = sorted(chance.sample(range(STEP, quarter - STEP, STEP), 3))
    return Plan(
        seed=seed, hours=hours, sevs=made, acts=tuple(acts), weather=tuple(_weather(hours, chance)),
        kills=(moments[0], moments[2]), stops=(moments[1],),
        database_restart=chance.randrange(quarter, 2 * quarter, STEP),
    )  # fmt: skip


def _sev(index: int, sevs: int, chance: Random) -> Sev:
    way = chance.choice(WAYS)
    if index % 10 == 5:
        way = ALERT
    if index == sevs // 2:
        way = NEGLECTED
    is_typed = way == "words"
    return Sev(
        index=index,
        title=f"trouble {index} with the {chance.choice(('till', 'ledger', 'queue', 'door', 'map', 'lamp'))}",
        severity="SEV1" if way == NEGLECTED else chance.choice(SEVERITIES), way=way, who=chance.choice(PEOPLE),
        is_private=is_typed and chance.random() < 0.25, is_drill=is_typed and chance.random() < 0.25,
    )  # fmt: skip


def _weather(hours: int, chance: Random) -> Iterator[str]:
    """Each kind in turn, in an order of the day's own, with a fair hour after every two."""
    found: list[str] = []
    while len(found) < hours:
        found += chance.sample(WEATHERS, len(WEATHERS))
    for hour in range(hours):
        yield "fair" if hour % 3 == 2 or hour in DIGEST_HOURS or hour == hours - 1 else found[hour - hour // 3]


def _life(sev: Sev, begin: int, last: int, chance: Random) -> Iterator[Act]:
    """All that is done about one SEV. Who leads it does what must be in order; whatever else comes, comes from anybody."""
    what = [ALERT, "declare_from_alert"] if sev.way == ALERT else ["declare"]
    if sev.way != NEGLECTED:
        what += ["take", *_work(chance)]
    what += [*_end(sev, chance)]
    minute = begin
    for turn, each in enumerate(what):
        by_lead = sev.is_private or each not in BUSY or each in ("title", "summary", "severity")
        who = sev.who if by_lead else chance.choice(PEOPLE)
        yield Act(minute, turn, sev.index, who, each, _words(sev, turn, each, chance))
        minute = min(minute + chance.randint(1, LONGEST_CALM) + (150 if sev.way == NEGLECTED and not turn else 0), last)


def _work(chance: Random) -> Iterator[str]:
    yield from chance.choices(BUSY, k=chance.randint(1, 5))
    yield from chance.choice((["identified"], []))
    yield from chance.choices(BUSY, k=chance.randint(1, 5))


def _end(sev: Sev, chance: Random) -> Iterator[str]:
    if sev.way != ALERT and chance.random() < 0.1:
        yield "cancel"
        return
    if chance.random() < 0.15:
        return  # it stays open
    yield from ("mitigated", "resolved")
    if sev.way == ALERT:
        yield "alert_is_over"
    if chance.random() < 0.2:
        yield from ("reopen", "note", "resolved")
    if chance.random() < 0.5:
        yield "item_done"
    if chance.random() < 0.3:
        yield "postmortem"
    if chance.random() < 0.3:
        yield "closed"


def _words(sev: Sev, turn: int, what: str, chance: Random) -> str:
    """Words that are nowhere else, so that whoever finds them knows where they come from."""
    if what == "severity":
        return chance.choice(SEVERITIES)
    return (
        f"{what.replace('_', ' ')} {sev.index}.{turn}: {chance.choice(('water', 'smoke', 'sparks', 'rust & <dust>'))}"
    )
