"""How a digest looks: the worst first, everything with its number, and where the whole list is. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.config import Config
from bot.digest import figure_words as words
from bot.digest import figures
from bot.digest.backlog import OwedItem, OwnersShare
from bot.digest.content import SOON, WEEKS_BEFORE, Content
from bot.digest.figures import Measure
from bot.incidents import views as sev_views
from bot.incidents.model import Incident
from bot.remediation import prevention_views
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.commands import NAME
from bot.slack.text import channel, length, mrkdwn, user, when
from bot.workflows.health import brief_views
from bot.workflows.health.brief_views import HEALTH

SECTION_LIMIT = 3000
LATE = "This digest is late: it was due {}."
MOST_OWNERS = 8
POSTMORTEMS = f"{NAME} postmortem list"


@dataclass(frozen=True, kw_only=True)
class Framing:
    """What is known of a digest besides what it tells."""

    title: str
    """`Daily digest`."""
    about: str = ""
    """The teams and workflows it is about, plain; empty: everything."""
    what: tuple[str, ...]
    zone: str
    is_weekly: bool = False
    late: str = ""
    """When it was due, in mrkdwn, where it comes late."""
    since: str = ""
    """Since when it tells what happened, in mrkdwn."""
    file_id: str | None = None
    """Its picture, and what that shows in words."""
    alt_text: str = ""


def digest(config: Config, content: Content, framing: Framing) -> list[Block]:
    """A digest, in one message."""
    shown = [kit.header(f"{framing.title}, {words.weekday(content.today)}"), kit.context(_frame(framing))]
    parts: dict[str, Callable[[], list[Block]]] = {
        "people": lambda: _people(config, content),
        "open": lambda: _open(config, content),
        "health": lambda: _health(config, content),
        "since": lambda: _since(config, content, framing),
        "items": lambda: _items(config, content),
        "postmortems": lambda: _postmortems(config, content),
        "figures": lambda: _figures(content, framing),
    }
    for name, part in parts.items():
        if name in framing.what:
            shown += part()
    if framing.file_id:
        shown.append(kit.picture(framing.file_id, framing.alt_text))
    return [*shown, kit.context(f"`{NAME} stats` shows more figures, `{NAME} digest` changes what is told here.")]


def text(content: Content, framing: Framing) -> str:
    """What notifications and screen readers say of it."""
    told = [
        f"{words.number(content.number_open, 'SEV')} open",
        f"{words.number(content.number_overdue, 'action item')} overdue",
    ]
    if content.health.number_ill:
        told.append(f"{words.number(content.health.number_ill, 'workflow')} not well")
    if content.health.number_of_signs:
        told.append(words.number(content.health.number_of_signs, "sign of trouble", "signs of trouble"))
    if content.number_waiting:
        told.append(f"{content.number_waiting} waiting for a person")
    return f"{framing.title}: {', '.join(told)}"


def _frame(framing: Framing) -> str:
    about = f"About {mrkdwn(framing.about, 600)}." if framing.about else "About everything."
    late = f" :hourglass: {LATE.format(framing.late)}" if framing.late else ""
    return f"{about} Drills and private SEVs are left out.{late}"


def _people(config: Config, content: Content) -> list[Block]:
    lines = [f":no_entry: {_name(config, each)} has nobody in command." for each in content.unled]
    lines += _more(content.number_unled - len(content.unled), "without a commander", f"{NAME} list open")
    lines += [
        f":alarm_clock: {_name(config, each)}: the update promised for {when(each.next_update_at)} is overdue."
        for each in content.late_updates
        if each.next_update_at
    ]
    lines += _more(
        content.number_of_late_updates - len(content.late_updates), "with a late update", f"{NAME} list open"
    )
    if content.number_unowned:
        lines.append(f":grey_question: {_items_of(content.number_unowned)} without an owner: `{NAME} items nobody`")
    if content.number_of_the_departed:
        lines.append(
            f":wave: {_items_of(content.number_of_the_departed)} of people who have left: `{NAME} items overdue`"
        )
    if not lines and content.number_overdue + content.number_of_postmortems:
        return []  # what is owed waits for people too, and is told further down
    return [_section("*Needs a person*", lines or [":white_check_mark: Nothing waits for anybody."])]


def _open(config: Config, content: Content) -> list[Block]:
    if not content.number_open and not content.number_open_private:
        return [kit.section(":white_check_mark: *No SEV is open.*")]
    lines = []
    for each in content.open:
        commander = content.commanders.get(each.id)
        led = f", led by {user(commander)}" if commander else ""
        lines.append(f"{_line(config, each)}{led}, declared {when(each.declared_at)}")
    lines += _more(content.number_open - len(content.open), "open", f"{NAME} list open")
    lines += _private(content.number_open_private)
    return [_section(f":rotating_light: *Open SEVs: {content.number_open}*  `{NAME} list open`", lines)]


def _health(config: Config, content: Content) -> list[Block]:
    """The workflows that are not well, and what else about workflows needs somebody; nothing where none promises anything."""
    found = content.health
    shown = []
    if found.number_ill:
        lines = brief_views.ill(found, content.now)
        lines += _more(found.number_ill - len(found.ill), "not well", HEALTH)
        title = f":stethoscope: *Workflow health: {found.number_ill} of {found.number_measured} not well*  `{HEALTH}`"
        shown.append(_section(title, lines))
    elif found.number_measured:
        measured = words.number(found.number_measured, "workflow")
        well = f"*{measured} within budget.*" if found.number_of_signs else f"*All is well with {measured}.*"
        shown.append(kit.section(f":white_check_mark: {well}"))
    if found.number_of_signs:
        shown.append(_section("*Checks, heartbeats and certificates*", brief_views.signs(config, found, content.now)))
    if found.week and (found.number_measured or found.week.noise.of):
        shown.append(_section("*Error budgets, the last 7 days*", brief_views.week(config, found.week)))
    return shown


def _private(count: int) -> list[str]:
    return [f":lock: {words.number(count, 'private SEV is', 'private SEVs are')} open besides."] if count else []


def _since(config: Config, content: Content, framing: Framing) -> list[Block]:
    title = f"*Over since {framing.since}: {content.number_over}*  `{NAME} list all`"
    if not content.number_over:
        return []
    lines = [_line(config, each) for each in content.over]
    return [_section(title, lines + _more(content.number_over - len(content.over), "over", f"{NAME} list all"))]


def _items(config: Config, content: Content) -> list[Block]:
    shown = []
    if content.prevented:
        lines = [
            f"• {_name(config, incident)}: {prevention_views.told(recurrence, config, content.today)}"
            for incident, recurrence in content.prevented
        ]
        shown.append(_section(":rewind: *This would have prevented it*", lines))
    if content.number_overdue:
        owners = [_share(config, each) for each in content.shares[:MOST_OWNERS]]
        rest = len(content.shares) - MOST_OWNERS
        owners += [f"{words.number(rest, 'other')}"] if rest > 0 else []
        lines = [f"By owner: {', '.join(owners)}", *(_owed(config, each, content) for each in content.overdue)]
        named = len(content.overdue) + content.number_reminded
        lines += _more(content.number_overdue - named, "overdue", f"{NAME} items overdue")
        if content.number_reminded:
            what = words.number(content.number_reminded, "of them stands", "of them stand")
            lines.append(f"{what} in today's reminder in this channel, with buttons.")
        shown.append(_section(f":red_circle: *Overdue items: {content.number_overdue}*  `{NAME} items overdue`", lines))
    if content.number_upcoming:
        lines = [_owed(config, each, content) for each in content.upcoming]
        lines += _more(content.number_upcoming - len(content.upcoming), "due soon", f"{NAME} items")
        title = f":calendar: *Due in the next {SOON} days: {content.number_upcoming}*  `{NAME} items`"
        shown.append(_section(title, lines))
    return shown or [kit.section(f":white_check_mark: *No action item is overdue, or due in the next {SOON} days.*")]


def _postmortems(config: Config, content: Content) -> list[Block]:
    if not content.number_of_postmortems:
        return []
    lines = []
    for each in content.postmortems:
        late = (content.today - each.due_on).days
        due = (
            f"*{words.number(late, 'day')} late*" if each.is_late and late > 0 else f"due {words.weekday(each.due_on)}"
        )
        lines.append(f"• {sev_views.heading(config, each.incident, 80)}: {due}")
    lines += _more(content.number_of_postmortems - len(content.postmortems), "owed", POSTMORTEMS)
    return [_section(f":memo: *Postmortems owed: {content.number_of_postmortems}*  `{POSTMORTEMS}`", lines)]


def _share(config: Config, share: OwnersShare) -> str:
    return f"{_owner(config, share.owner_user, share.owner_team)} {share.count}"


def _owed(config: Config, item: OwedItem, content: Content) -> str:
    late = (content.today - item.due_on).days
    due = f"*{words.number(late, 'day')} late*" if late > 0 else "*due today*" if late == 0 else "due"
    owner = _owner(config, item.owner_user, item.owner_team)
    at = "" if late == 0 else f" ({words.day(item.due_on)})" if late > 0 else f" {words.weekday(item.due_on)}"
    return f"• *{item.name}* {mrkdwn(item.title, 100)}: {owner}, {due}{at}"


def _owner(config: Config, owner_user: str | None, owner_team: str | None) -> str:
    if owner_user:
        return user(owner_user)
    if owner_team is None:
        return "nobody"
    team = config.team(owner_team)
    return mrkdwn(team.name if team else owner_team, 80)


def _figures(content: Content, framing: Framing) -> list[Block]:
    week, measure = content.week, Measure.TIME_TO_MITIGATE
    last, (before, now) = week.last, week.spreads(measure)
    split = f" ({', '.join(f'{key} {count}' for key, count in week.by_severity.items())})" if last else ""
    usual = f"the median of the {WEEKS_BEFORE} weeks before is {week.usual_count:g}"
    period = words.days_of(week.spans[-1].since, week.spans[-1].until, framing.zone)
    lines = [
        f"• SEVs: *{len(last)}*{split}; {usual}. `{NAME} list all`",
        f"• {words.spread(measure, now)}. `{NAME} stats 7d`",
    ]
    if before.n:
        said = words.change(week.change(measure))
        lines.append(f"• Against the {WEEKS_BEFORE} weeks before ({words.values(before)}): *{said}*")
    if framing.is_weekly and (noticed := figures.detection(last)).n:
        earlier = figures.detection(week.before)
        before_that = f"; in the {WEEKS_BEFORE} weeks before: {words.detection(earlier)}" if earlier.n else ""
        lines.append(f"• Noticed {words.detection(noticed)}{before_that}. `{NAME} stats 7d`")
    reopened = sum(each.was_reopened for each in last)
    lines += [f"• Reopened: *{reopened}* of {len(last)}"] if reopened else []
    return [_section(f":bar_chart: *The last 7 days* ({period})", lines)]


def _name(config: Config, incident: Incident) -> str:
    place = f" {channel(incident.working_channel)}" if incident.working_channel else ""
    return f"{sev_views.heading(config, incident, 80)}{place}"


def _line(config: Config, incident: Incident) -> str:
    return f"• {_name(config, incident)}: {sev_views.status_text(config, incident)}"


def _items_of(count: int) -> str:
    return f"*{words.number(count, 'item')}*"


def _more(count: int, what: str, where: str) -> list[str]:
    return [f"… and {count:,} more {what}: `{where}`"] if count > 0 else []


def _section(title: str, lines: Sequence[str]) -> Block:
    """A title and its lines, as many as Slack has room for; the last one says if there were more."""
    cut = "… and more."
    room = SECTION_LIMIT - length(title) - length(cut) - 2
    kept: list[str] = []
    for line in lines:
        room -= length(line) + 1
        if room < 0:
            kept.append(cut)
            break
        kept.append(line)
    return kit.section("\n".join([title, *kept]))
