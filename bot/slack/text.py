"""Text on its way to and from Slack. Stored text is plain; it is escaped when it is rendered and never before.

Rules of Slack's mrkdwn: exactly `&`, `<` and `>` are escaped; mentions, links and dates are written in angle brackets.
"""

import re
import unicodedata
from datetime import datetime

ENTITY = re.compile(r"&(amp|lt|gt);")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those that show nothing or turn the direction of what follows (so they could forge a line)."""
REFERENCE = re.compile(
    r"<(?:([@#])([A-Z0-9]+)|!(subteam\^[A-Z0-9]+|here|channel|everyone)|((?:https?|mailto):[^|>]+))(?:\|([^>]*))?>"
)
"""A mention or a link as Slack writes it into what people typed; the part after the bar is what they read."""
USER_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
GROUP_MENTION = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>|(https?://[^<>|\s]+)", re.IGNORECASE)
TOPIC_LIMIT = 250
CHANNEL_NAME_LIMIT = 80


class Mrkdwn(str):
    """Text that is mrkdwn already, such as a mention: templates take it as it is."""

    __slots__ = ()


def plain(text: str | None) -> str:
    """Text from a person as it is stored: mentions and links as they are read, entities undone once, trimmed.

    Surrogates and invisible characters are taken out.

    Whether slash texts and modal values arrive escaped is not documented; undoing an escape that is not there is
    harmless, since a typed `&amp;` shows as `&amp;` again once it is escaped.
    """
    text = ENTITY.sub(lambda found: ENTITIES[found[1]], REFERENCE.sub(_as_read, text or ""))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _as_read(found: re.Match[str]) -> str:
    sign, name, group, address, label = found.groups()
    if sign:
        return f"{sign}{label or name}"
    if group:
        return label or f"@{group.partition('^')[0]}"
    return f"{label} ({address})" if label and label not in address else str(address)


def one_line(text: str | None) -> str:
    """`plain` text on a single line."""
    return " ".join(plain(text).split())


def escape(text: str) -> str:
    """Text that shows as it is: no mention, link or date can be smuggled in."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def length(text: str) -> int:
    """How long Slack may count a text: in UTF-16 units, the largest of the counts it is not documented not to use."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """Plain text of at most `limit` (see `length`), its end replaced by an ellipsis where it is longer."""
    if length(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - 1
    for character in text:
        room -= length(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def mrkdwn(text: str, limit: int) -> str:
    """Plain text escaped for mrkdwn, clipped so that the escaped form keeps to `limit`."""
    escaped = escape(text)
    if length(escaped) <= limit:
        return escaped
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(escape(clip(text, middle))) <= limit else (low, middle - 1)
    return escape(clip(text, low))


def visible(text: str) -> bool:
    """Whether a reader would see anything of it."""
    return any(unicodedata.category(character)[0] not in "CZM" for character in text)


def user(user_id: str) -> str:
    return f"<@{user_id}>"


def channel(channel_id: str) -> str:
    return f"<#{channel_id}>"


def target(address: str) -> str:
    """An address as it stands in a message. With many `&` in it that is far longer, and Slack's limits are for this."""
    return address.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")


def link(address: str, label: str) -> str:
    """A link with a label. A bar or an angle bracket in a label cannot be escaped, so it is taken out."""
    return f"<{target(address)}|{escape(re.sub(r'[|<>]', ' ', label))}>"


NAMED = {"sevbot": "Sevbot", "jira": "Jira"}
"""What does things here and is no person, by what the audit calls it."""
SERVICE = "api:"
"""What the audit's name of a service begins with, that did something through the HTTP API; the rest is its token's name."""

SPOKEN_OF = "by:"
"""What stands before the name of somebody who is not in this Slack, as imported SEVs know people: `by:Ada Lovelace`."""


def is_person(actor: str) -> bool:
    """Whether somebody whom the audit names is a person of Slack's."""
    return actor[:1] in {"U", "W"}


def author(actor: str) -> str:
    """Who wrote or did something: a person by mention, anything else in words."""
    if is_person(actor):
        return user(actor)
    if actor.startswith(SPOKEN_OF):
        return escape(actor.removeprefix(SPOKEN_OF))
    return f"the service {actor.removeprefix(SERVICE)}" if actor.startswith(SERVICE) else NAMED.get(actor, "an app")


def when(moment: datetime) -> str:
    """A time that every reader sees in their own time zone."""
    fallback = moment.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def mentioned_users(text: str) -> tuple[str, ...]:
    """The people mentioned as `<@U123|ada>`, each once, in order."""
    return tuple(dict.fromkeys(found[1] for found in USER_MENTION.finditer(text)))


def mentioned_groups(text: str) -> tuple[str, ...]:
    """The user groups mentioned as `<!subteam^S123|@eng>`, each once, in order."""
    return tuple(dict.fromkeys(found[1] for found in GROUP_MENTION.finditer(text)))


def leading_link(text: str) -> tuple[str, str]:
    """The link a text begins with, undone of Slack's escapes, and what follows it. The link is empty where there is none."""
    found = LINK.match(text.lstrip())
    if found is None:
        return "", text
    address = ENTITY.sub(lambda entity: ENTITIES[entity[1]], found[1] or found[2])
    return address, text.lstrip()[found.end() :]


def slug(text: str, limit: int) -> str:
    """Text as part of a channel's name: `[a-z0-9-]`, at most `limit` characters, cut at a word where one ends. May be empty.

    Slack refuses capitals, spaces and dots in `conversations.create`; letters of other alphabets are not documented.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")
    if len(words) <= limit:
        return words
    cut = words[: limit + 1]
    return (cut.rpartition("-")[0] or words[:limit]).strip("-")
