"""`make screenshots`: takes the pictures that the README shows, each of the same moments of the same story.

The bot runs as in the demo, its clock stands where the story wants it, and people act through the local Slack.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from bot import demo, demo_past
from bot.acme.parts import PARTS, counted
from bot.app import Bot
from bot.config import load
from bot.hearing import event_types
from bot.playground import Person, Playground, install
from bot.schedule import Schedule
from bot.slack.manifest import manifest
from bot.workflows.counts.counting import Counted, Sender, take
from bot.workflows.counts.minutes import minute_of, moment_of
from tests.browser.looking import PHONE, Colours, Eyes, chromium
from tests.conftest import environment_for
from tests.golden.standing import StandingClock, StandingSlacksClock
from tests.processes import ROOT
from tests.programs import program
from tests.scenarios.stories import Stage

FOLDER = ROOT / "docs" / "images"
BEGINS_AT = datetime(2026, 12, 8, 14, 2, tzinfo=UTC)
"""A Tuesday afternoon."""
WIDTH = 1280
REST_WITHIN = 60.0
COLOURS = 224
"""How many colours a picture is left with: a page has few, and its file is a third as large then."""
TITLE = "Cards are declined at checkout"
HURT = ("place-order", "deposit")
"""The workflows of the story's SEV."""
LOOKING = ("workflows.evaluate", "workflows.measure_sevs", "digest.send_due")
"""The jobs of the loop that the story needs."""
SEV = "sev-5-cards-are-declined-at-checkout"


@dataclass
class Company:
    """Those who act in the story."""

    slack: Playground
    stage: Stage
    bot: Bot

    def person(self, name: str) -> Person:
        return self.slack.person(name)

    def passes(self, minutes: int, *, failing: float = 0.0) -> None:
        """Time passes, and customers come, a share of whom fares badly; what had to be said before is said."""
        self.rests()
        begin = minute_of(self.now)
        self.slack.advance_clock(minutes * 60)
        self.bot.database.run(lambda session: self._count(session, range(begin, minute_of(self.now)), failing))

    def rests(self) -> None:
        """Everything is heard, and all that follows of it is said; a busy machine may take its time."""
        for is_so in (lambda: self.slack.traffic.is_heard, self.stage.is_settled):
            self.slack.wait_until(is_so, within=REST_WITHIN, why="the bot comes to rest")
        self.slack.wait_quiet(quiet=0.1)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.slack.clock.now(), UTC)

    def _count(self, session: Session, minutes: range, failing: float) -> None:
        for part in PARTS:
            share = failing or part.failing if part.key in HURT else part.failing
            found = [Counted(each, *counted(part, moment_of(each), share)) for each in minutes]
            take(session, Sender(part.key, demo_past.SIGNAL, demo_past.SOURCE), found, now=self.now)

    def looks(self) -> None:
        """The loop looks at what was counted, and sends what is due."""
        for job in self.bot.schedule.jobs:
            if job.name in LOOKING:
                job.run()
        self.rests()


@contextmanager
def company() -> Iterator[Company]:
    """The demo's workspace and bot, on a Tuesday afternoon."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("bot.playground.playground.Clock", lambda: StandingSlacksClock(BEGINS_AT))
        patch.setattr(Schedule, "start", lambda _schedule: None)  # the story says when the loop has something to do
        with Playground() as slack:
            patch.setattr("bot.app.Clock", lambda: StandingClock(slack.clock))
            url = f"sqlite:///{folder}/sevbot.db"
            config = _config_in(Path(folder))
            demo_past.prepare(url, load(config), StandingClock(slack.clock))
            environment = environment_for(slack, url, config=config, journal=Path(folder) / "journal")
            install(slack, manifest(event_types(environment)))
            slack.neighbours = {"Acme Pay": f"{slack.url}/", "Jira": f"{slack.url}/jira/"}
            bot = Bot(environment)
            bot.start()
            slack.wait_until(lambda: slack.socket_count() == 1, why="the bot connects")
            bot.house.digests.send_due()
            found = Company(slack, Stage(slack, bot), bot)
            try:
                found.rests()
                yield found
            finally:
                bot.stop()


def _config_in(folder: Path) -> Path:
    """The demo's configuration, with one worker: what is said at one moment is said in one order."""
    config = folder / "config"
    shutil.copytree(ROOT / demo.CONFIG, config)
    with (config / "sevbot.yaml").open("a") as file:
        file.write("\ndelivery: {workers: 1}\n")
    return config


# The story


def opens_the_form(of: Company) -> None:
    """Ada is about to declare a SEV."""
    ada = of.person("ada")
    ada.goes_to("#payments")
    of.person("grace").says(
        "Is anybody else seeing card payments fail? My test order was declined twice.", in_="#payments"
    )
    of.passes(9, failing=0.3)
    ada.types("/sev declare")
    ada.fills(Title=TITLE, Severity="SEV1")


def tells_of_a_sev(of: Company) -> None:
    """The SEV is declared, and people work on it."""
    ada, grace, margaret, barbara = (of.person(name) for name in ("ada", "grace", "margaret", "barbara"))
    ada.fills(**{"Workflows affected": ["Place order", "Deposit money"]})
    ada.submits()
    of.rests()
    ada.sees("You are invited.")
    ada.closes_modal()
    ada.goes_to(f"#{SEV}")
    grace.goes_to(f"#{SEV}")
    of.passes(2, failing=0.3)
    grace.types("/sev take commander")
    of.passes(2, failing=0.3)
    found = margaret.says(
        "All declines come from the new 3-D Secure provider, since its rollout at 13:40.", in_=f"#{SEV}"
    )
    of.passes(1)
    ada.reacts("pushpin", to=found)
    grace.reacts("eyes", to=found)
    barbara.says("Rolling it back now, two minutes.", in_=f"#{SEV}", thread=found)
    of.passes(3)
    grace.types("/sev mitigate")
    of.passes(1)
    grace.types(
        "/sev update 30m Payments work again: the old 3-D Secure provider is back. We watch it for half an hour."
    )
    of.passes(1)
    thanks = barbara.says("Declines are back to normal on my dashboard.", in_=f"#{SEV}")
    ada.reacts("tada", to=thanks)
    of.rests()


def brings_the_next_morning(of: Company) -> None:
    """It is half past eight, and `#incidents` is told what is open and owed."""
    grace = of.person("grace")
    grace.goes_to(f"#{SEV}")
    grace.types("/sev resolve")
    grace.types("/sev action add Alert on declined cards within two minutes @margaret")
    grace.types("/sev action add Roll out payment providers by country, not at once @ada")
    of.passes(5)
    of.passes(int((BEGINS_AT.replace(hour=8, minute=31) + timedelta(days=1) - of.now) / timedelta(minutes=1)))
    of.looks()


def opens_home(of: Company) -> None:
    """Ada looks at what is hers."""
    of.person("ada").opens_home()
    of.rests()


# The pictures


@dataclass(frozen=True)
class Scene:
    """A moment of the story: what happens until then, and where one looks."""

    name: str
    happens: Callable[[Company], None]
    place: str
    ready: str
    """What has to be on the page."""
    top: str = ""
    """What stands at the top then; else the newest is at the bottom."""
    on_phone: bool = False
    height: int = 900


SCENES = (
    Scene("form", opens_the_form, "/#/ada/payments", "dialog .primary", height=1060),
    Scene(
        "sev",
        tells_of_a_sev,
        f"/#/ada/{SEV}",
        "text=Declines are back to normal",
        ".message.pinned",
        on_phone=True,
        height=1230,
    ),
    Scene("digest", brings_the_next_morning, "/#/ada/incidents", "img.picture", ".message:last-child", on_phone=True),
    Scene("home", opens_home, "/#/ada/home", "text=Open SEVs"),
)


def names() -> set[str]:
    """The files of all pictures."""
    return {name for scene in SCENES for name, _, _ in _ways(scene)}


def _ways(scene: Scene) -> Iterator[tuple[str, tuple[int, int], Colours]]:
    yield f"{scene.name}-light.png", (WIDTH, scene.height), "light"
    yield f"{scene.name}-dark.png", (WIDTH, scene.height), "dark"
    if scene.on_phone:
        yield f"{scene.name}-phone.png", PHONE, "dark"


def take_all(folder: Path, eyes: Eyes) -> None:
    """Tell the story, and leave its pictures in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with company() as found:
        for scene in SCENES:
            scene.happens(found)
            for name, size, colours in _ways(scene):
                with eyes.page(found.slack.url, scene.place, size=size, colours=colours) as page:
                    (folder / name).write_bytes(_picture(page, scene))


def _picture(page: Page, scene: Scene) -> bytes:
    page.locator(scene.ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement?.blur()")
    if scene.top:
        page.locator(scene.top).last.evaluate("node => node.scrollIntoView({block: 'start'})")
    with Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))) as picture:
        file = BytesIO()
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Take them all anew."""
    with chromium(program("chromium")) as eyes:
        take_all(FOLDER, eyes)


if __name__ == "__main__":
    main()
