"""The README's pictures: made by a script, all of them shown somewhere, and small."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import screenshots
from tests.browser.looking import Eyes
from tests.processes import ROOT

MOST_BYTES = 600_000
PICTURE = re.compile(r'(?:src|srcset)="(?:docs/)?images/([^"]+)"')


def test_every_picture_of_the_docs_is_made_by_the_script_and_every_one_it_makes_is_shown() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {name for page in pages for name in PICTURE.findall(page.read_text())}
    there = {path.name for path in screenshots.FOLDER.iterdir()}
    assert shown == there == screenshots.names()
    assert sum(path.stat().st_size for path in screenshots.FOLDER.iterdir()) < MOST_BYTES


@pytest.mark.torture
def test_the_script_takes_them_all_again(eyes: Eyes, tmp_path: Path) -> None:
    screenshots.take_all(tmp_path, eyes)
    for name in screenshots.names():
        with Image.open(tmp_path / name) as taken, Image.open(screenshots.FOLDER / name) as kept:
            assert taken.size == kept.size
