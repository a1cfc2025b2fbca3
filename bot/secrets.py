"""Secrets of the environment: each may also be given as a file (`NAME_FILE`)."""

from collections.abc import Mapping
from pathlib import Path

SHORTEST_SECRET = 16


def secret(variables: Mapping[str, str], name: str, faults: list[str]) -> str:
    """The secret of that name; empty where there is none. What is wrong with it is added to `faults`."""
    file = variables.get(f"{name}_FILE")
    if not file:
        return variables.get(name, "").strip()
    if variables.get(name):
        faults.append(f"{name} and {name}_FILE are both set: give one")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}_FILE: {file} cannot be read: {type(error).__name__}")
        return ""


def secrets(variables: Mapping[str, str], name: str, faults: list[str]) -> tuple[str, ...]:
    """One secret or several, with commas or spaces between them, each long enough not to be guessed."""
    found = tuple(secret(variables, name, faults).replace(",", " ").split())
    if any(len(each) < SHORTEST_SECRET for each in found):
        faults.append(f"{name}: give at least {SHORTEST_SECRET} characters, such as `openssl rand -hex 32` makes")
    return found


def secrets_by_name(variables: Mapping[str, str], beginning: str, faults: list[str]) -> dict[str, tuple[str, ...]]:
    """The secrets whose names begin so, by the rest of the name. Several are written with commas or spaces between them."""
    names = sorted({name.removesuffix("_FILE") for name in variables if name.startswith(beginning)})
    found = {name: secrets(variables, name, faults) for name in names}
    return {name.removeprefix(beginning): each for name, each in found.items() if each}
