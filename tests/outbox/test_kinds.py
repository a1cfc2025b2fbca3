import pytest

from bot.outbox.kinds import Kind, Kinds, Nature, Skip


def kind(name: str) -> Kind[str]:
    return Kind(
        name=name, nature=Nature.IDEMPOTENT, label="Say it", load=lambda _session, _message: Skip("nothing to say"),
        send=lambda _snapshot, _attempt: {},
    )  # fmt: skip


def test_two_kinds_of_one_name_are_refused() -> None:
    kinds = Kinds()
    kinds.add(kind("room.say"))
    with pytest.raises(ValueError, match=r"there are two outbox kinds called room\.say"):
        kinds.add(kind("room.say"))


def test_kinds_are_listed_by_name() -> None:
    kinds = Kinds()
    kinds.add(kind("b.two"), kind("a.one"))
    assert kinds.names() == ["a.one", "b.two"]
    assert kinds["b.two"].name == "b.two"
