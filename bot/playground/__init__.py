"""A local Slack: Web API, Socket Mode and signed HTTP delivery, a page to look at, and people for tests."""

from bot.playground.errors import DropConnection, Impossible
from bot.playground.installing import install
from bot.playground.model import Channel, Command, Message, Shortcut
from bot.playground.person import Person, Reply
from bot.playground.playground import Playground
from bot.playground.traffic import Call, Delivery

__all__ = [
    "Call",
    "Channel",
    "Command",
    "Delivery",
    "DropConnection",
    "Impossible",
    "Message",
    "Person",
    "Playground",
    "Reply",
    "Shortcut",
    "install",
]
