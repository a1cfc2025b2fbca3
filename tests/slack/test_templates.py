from pathlib import Path

import pytest
from hypothesis import given

from bot.config import ConfigFaults
from bot.slack.templates import Texts
from bot.slack.text import Mrkdwn, escape
from tests.anytext.hostile import hostile
from tests.slack.samples import FEW

NAME = "incidents/declared.j2"
SHIPPED = "ada declared SEV-1 as SEV2. Type `/sev` here to see what you can do."


def texts(folder: Path, own: str | bytes | None = None) -> Texts:
    """The templates of a company that says this one in its own words."""
    if own is not None:
        file = folder / "templates" / NAME
        file.parent.mkdir(parents=True)
        file.write_bytes(own if isinstance(own, bytes) else own.encode())
    return Texts(folder)


def rendered(found: Texts, **values: object) -> str:
    known = {"mark": "", "declarer": "ada", "name": "SEV-1", "severity": "SEV2", "title": "down", "summary": "",
             "workflows": ["Pay"]}  # fmt: skip
    return found.render(NAME, **{**known, **values})


def test_without_one_of_its_own_the_shipped_template_speaks(tmp_path: Path) -> None:
    assert rendered(texts(tmp_path)) == SHIPPED


def test_a_companys_own_template_takes_its_place(tmp_path: Path) -> None:
    assert rendered(texts(tmp_path, "Alarm: {{ title }} ({{ workflows | join(', ') }})\n")) == "Alarm: down (Pay)"


@FEW
@given(hostile)
def test_plain_values_are_escaped(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    own = texts(tmp_path_factory.mktemp("config"), "[{{ title }}]")
    assert rendered(own, title=title) == f"[{escape(title)}]"


def test_mrkdwn_is_taken_as_it_is_until_it_is_changed(tmp_path: Path) -> None:
    own = texts(tmp_path, "{{ declarer }} {{ declarer | upper }}")
    assert rendered(own, declarer=Mrkdwn("<@U1>")) == "<@U1> &lt;@U1&gt;"


@pytest.mark.parametrize(
    "broken",
    [
        "{{ nobody_knows }}",
        "{{ title",
        "{% include 'incidents/none.j2' %}",
        "{{ title.__class__.__mro__ }}",
        "{{ title.format.__globals__ }}",
        "{{ workflows.append('x') }}",
        "{{ range(10000000) | list }}",
        "{{ 1 // 0 }}",
        "{{ title + 1 }}",
        b"\xff\xfe not UTF-8",
    ],
)
def test_where_a_template_fails_the_shipped_one_speaks(tmp_path: Path, broken: str | bytes) -> None:
    assert rendered(texts(tmp_path, broken)) == SHIPPED


def test_all_shipped_templates_are_some(tmp_path: Path) -> None:
    texts(tmp_path).check()


@pytest.mark.parametrize("broken", ["{{ title", b"\xff\xfe not UTF-8"])
def test_a_template_that_is_none_is_found_before_it_is_needed(tmp_path: Path, broken: str | bytes) -> None:
    with pytest.raises(ConfigFaults, match=f"templates/{NAME}"):
        texts(tmp_path, broken).check()
