"""Everything that is said in a workspace, day by day, as those read it whom it is said to."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import ndiff
from zoneinfo import ZoneInfo

from bot.playground import Playground
from bot.playground.dump import is_notice
from bot.playground.model import BOT_USER_ID, Channel, Message
from bot.playground.reading import message_words

MOMENT = re.compile(r"\b\d{10}\.\d{6}\b|\bp\d{16}\b|\b(?:TP|FP|CP|GP|DP)\d{8}\b")
"""What Slack makes up: timestamps in links, and ids."""
NEXT_BUTTON = re.compile(r"\](?=\n\[[^\n]*\]$)\n\[", re.MULTILINE)
"""Between two lines that are nothing but buttons, or menus."""
COMPANYS = "Europe/London"
ZONES = {
    "payments": "America/New_York",
    "platform": "Asia/Tokyo",
    "mobile": "Europe/Berlin",
    "leadership": "America/Los_Angeles",
}
"""Where the people of a channel are, who read the time there."""


@dataclass
class Transcript:
    """The lines so far, and what was known to be said already."""

    slack: Playground
    lines: list[str] = field(default_factory=list)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _pages: dict[str, int] = field(default_factory=dict)
    _day: date | None = None

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, ""])

    def acts(self, name: str, what: str, where: str) -> None:
        """Somebody does something. The bot's answer, and all that follows, comes below it."""
        self._begin_day()
        self.lines += ["", f"{self._time(self._zone_of(name))}  {name}{f' in {where}' if where else ''} {what}"]

    def happens(self, what: str) -> None:
        """Something that nobody does in Slack."""
        self._begin_day()
        self.lines += ["", f"{self._time(COMPANYS)}  * {what}"]

    def listens(self) -> bool:
        """Write down what was said since it last listened. Whether anything was."""
        before = len(self.lines)
        with self.slack.workspace.lock:
            channels = sorted(self.slack.workspace.channels.values(), key=self._place)
            for channel in channels:
                self._listen_in(channel)
        self._listen_to_pager()
        return len(self.lines) > before

    def _listen_in(self, channel: Channel) -> None:
        place = self._place(channel)
        said = {(channel.id, each.ts): each for each in channel.messages.values() if self._is_the_bots(each)}
        for key, message in sorted(said.items()):
            self._hear(key, message, place)
        for number, message in enumerate(channel.ephemerals):
            reader = self.slack.workspace.users[message.ephemeral_to].name
            self._hear((channel.id, f"{number}:{message.ts}"), message, f"{place}, {reader} alone", reader)
        self._miss_what_is_gone(channel, place)

    def _miss_what_is_gone(self, channel: Channel, place: str) -> None:
        for key in [each for each in self._known if each[0] == channel.id and ":" not in each[1]]:
            message = channel.messages.get(key[1])
            if message is None or message.subtype == "tombstone":
                self._say(place, "takes back", [f"- {line}" for line in self._known.pop(key).splitlines()])

    def _is_the_bots(self, message: Message) -> bool:
        if message.subtype == "channel_join":
            return False
        by_bot = message.user == BOT_USER_ID and is_notice(message)
        return (message.by_app or by_bot) and message.subtype != "tombstone"

    def _hear(self, key: tuple[str, str], message: Message, place: str, reader: str = "") -> None:
        words = self._words(message)
        before = self._known.get(key)
        if before == words:
            return
        self._known[key] = words
        thread = ", in a thread" if message.thread_ts else ""
        if before is None:
            self._say(place + thread, "", [f"| {line}" for line in words.splitlines()], reader)
        else:
            changes = [line.rstrip() for line in ndiff(before.splitlines(), words.splitlines()) if line[0] in "+-"]
            self._say(place + thread, "now reads", changes, reader)

    def _words(self, message: Message) -> str:
        words = message_words(self.slack.workspace, message)
        pictures = [self.slack.workspace.files[each].alt_text for each in message.file_ids]
        words = "\n".join([words, *(f"[picture: {each}]" for each in pictures if each)])
        words = MOMENT.sub("…", words.replace(self.slack.url, "https://acme.slack.example"))
        return NEXT_BUTTON.sub("] [", words)

    def _listen_to_pager(self) -> None:
        for key, alert in sorted(self.slack.pager.alerts.items()):
            for action in alert.log[self._pages.get(key, 0) :]:
                self._say("pager", "", [f"| {action} {alert.service}: {alert.summary}"])
            self._pages[key] = len(alert.log)

    def _say(self, place: str, how: str, lines: list[str], reader: str = "") -> None:
        self._begin_day()
        name = reader or place.removeprefix("DM ").partition(",")[0]
        zone = self._zone_of(name) if reader or place.startswith("DM ") else ZONES.get(name.removeprefix("#"), COMPANYS)
        self.lines += [f"{self._time(zone)}  {place}{f' {how}' if how else ''}", *(f"    {line}" for line in lines)]

    def _place(self, channel: Channel) -> str:
        if not channel.is_direct:
            return f"#{channel.name}"
        users = self.slack.workspace.users
        return "DM " + "-".join(sorted(users[each].name for each in channel.members if each != BOT_USER_ID))

    def _zone_of(self, name: str) -> str:
        user = self.slack.workspace.user_named(name)
        return user.tz if user else COMPANYS

    def _time(self, zone: str) -> str:
        """The time on the wall there, with the day where it is another one."""
        there = datetime.fromtimestamp(self.slack.clock.now(), ZoneInfo(zone))
        return f"{there:%H:%M}" if there.date() == self._day else f"{there:%a %H:%M}"

    def _begin_day(self) -> None:
        today = datetime.fromtimestamp(self.slack.clock.now(), ZoneInfo(COMPANYS)).date()
        if today != self._day:
            self._day = today
            self.lines += ["", f"== {today:%a %Y-%m-%d}"]
