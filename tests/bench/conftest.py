"""What all measurements share: the figures they add up to, and the table at the end."""

from pathlib import Path

import pytest

from tests.bench.figures import Figures

REPORT = Path(__file__).parent.parent.parent / "var" / "bench.json"
FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the figures."""
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table and keep it, if anything was measured."""
    figures = config.stash.get(FIGURES, None)
    if figures is None or not figures.taken:
        return
    terminalreporter.section("figures")
    for line in figures.table():
        terminalreporter.write_line(line)
    figures.save(REPORT)
    terminalreporter.write_line(f"\nkept in {REPORT.relative_to(REPORT.parent.parent)}")


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a measurement puts its figures."""
    return request.config.stash.setdefault(FIGURES, Figures())
