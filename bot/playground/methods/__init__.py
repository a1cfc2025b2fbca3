"""The Web API, one file per family of methods."""

from bot.playground.methods import auth, chat, conversations, files, history, pins_bookmarks, reactions, users, views
from bot.playground.methods.table import Asked, Method

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **history.METHODS,
    **pins_bookmarks.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}

__all__ = ["METHODS", "Asked", "Method"]
