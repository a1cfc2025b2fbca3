import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.slack.commands import Command, Commands, Line
from bot.slack.visit import Answer
from tests.anytext.hostile import hostile
from tests.slack.samples import SAMPLE

FLAG_DASHES = ("--", "—", "–", "‒", "―")


def nothing(*_: Any) -> Answer:
    return Answer()


def command(verb: str, **fields: Any) -> Command:
    return Command(verb=verb, usage=f"{verb} TEXT", summary=f"what {verb} does", run=nothing, **fields)


DECLARE = command("declare", flags=("private", "drill"), takes_target=False, details="It opens a form.")
TRAY = command("")
COMMANDS = Commands((DECLARE, command("severity"), command("status"), command("title")), TRAY)
VERBS = [each.verb for each in COMMANDS.all()]


def parsed(text: str) -> Line:
    return COMMANDS.find(text)[1]


@SAMPLE
@given(hostile)
def test_whatever_is_typed_is_a_verb_or_is_refused_in_a_sentence(typed: str) -> None:
    try:
        found, line = COMMANDS.find(typed)
    except Refused as refusal:
        sentence = refusal.sentence
    else:
        assert (line.verb, line.text) == (found.verb, line.text.strip())
        return
    assert "`/sev help` lists what there is." in sentence
    assert not re.search(r"[<>]", sentence)


@SAMPLE
@given(st.sampled_from([each for each in VERBS if each != "declare"]), st.integers(0, 999_999_999), hostile)
def test_a_target_may_stand_as_the_first_word(verb: str, number: int, rest: str) -> None:
    line = parsed(f"{verb.upper()} Sev-{number} {rest}")
    assert (line.verb, line.target, line.text) == (verb, number, rest.strip())


@SAMPLE
@given(st.sampled_from(FLAG_DASHES), st.permutations(["private", "drill", "checkout", "is", "down"]), st.booleans())
def test_flags_may_stand_anywhere_in_any_case_with_any_dash(dash: str, words: list[str], is_loud: bool) -> None:
    typed = " ".join(f"{dash}{word}" if word in DECLARE.flags else word for word in words)
    line = parsed(f"declare {typed.upper() if is_loud else typed}")
    assert line.flags == {"private", "drill"}
    kept = [word for word in words if word not in DECLARE.flags]
    assert line.text.lower().split() == kept


@pytest.mark.parametrize("word", ["--privately", "non--private", "-private", "private", "--unknown"])
def test_what_only_looks_like_a_flag_is_text(word: str) -> None:
    assert parsed(f"declare {word} x") == Line("declare", None, f"{word} x", frozenset())


def test_flags_of_other_verbs_are_text() -> None:
    assert parsed("title --private rooms are empty").text == "--private rooms are empty"


@pytest.mark.parametrize("text", ["SEV-1 is wrong", "SEV1 x"])
def test_a_verb_without_target_keeps_a_sevs_name_as_text(text: str) -> None:
    assert parsed(f"declare {text}") == Line("declare", None, text, frozenset())


@pytest.mark.parametrize("text", ["SEV-1x go", "SEV- go", "SEV-1234567890 go", "to SEV-1"])
def test_what_is_no_sevs_name_is_text(text: str) -> None:
    assert parsed(f"severity {text}") == Line("severity", None, text, frozenset())


@pytest.mark.parametrize("text", ["", "  ", "\n", "\u200b"])
def test_nothing_typed_brings_the_tray(text: str) -> None:
    assert COMMANDS.find(text)[0] is TRAY


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("severty", "`/sev severity`"), ("STATUSS x", "`/sev status`"), ("decalre", "`/sev declare`")],
)
def test_a_mistyped_verb_is_answered_with_the_nearest(typed: str, hint: str) -> None:
    with pytest.raises(Refused, match=f"Did you mean {hint}"):
        COMMANDS.find(typed)


@pytest.mark.parametrize("typed", ["quux", "<!channel>", "***"])
def test_a_word_near_no_verb_gets_no_guess(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        COMMANDS.find(typed)
    assert "Did you mean" not in refusal.value.sentence


def test_help_lists_every_verb_in_order() -> None:
    lines = COMMANDS.help().splitlines()
    assert [line.split()[1] for line in lines[:-1]] == VERBS


def test_help_explains_one_verb() -> None:
    assert COMMANDS.help("DECLARE") == "`/sev declare TEXT`\nwhat declare does. It opens a form."
    with pytest.raises(Refused, match="Did you mean `/sev title`"):
        COMMANDS.help("titel")
