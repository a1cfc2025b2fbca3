"""From the document to a file: a template for each form, Markdown or HTML, safe wherever it is opened.

The templates are `postmortem/{short,full,customer}.{md,html}.j2`. A company may put its own in `config/templates/`. What they
print is escaped, but for what the functions below made.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from bot.incidents.model import Incident
from bot.postmortems.document import Document
from bot.slack.templates import Texts
from bot.timeline import export

FORMATS = ("html", "md")
TEMPLATES = ("short", "full", "customer")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


class Renderer:
    """Renders documents in both forms."""

    def __init__(self, config_folder: Path) -> None:
        blocks = {"trim_blocks": True, "lstrip_blocks": True}
        self._texts = {
            "md": Texts(config_folder, finalize=_as_markdown, **blocks),
            "html": Texts(config_folder, finalize=None, autoescape=True, **blocks),
        }

    def render(self, document: Document, *, form: str, template: str) -> str:
        """The document as a file's content, in one of `FORMATS` and by one of `TEMPLATES`."""
        text = self._texts[form].render(f"postmortem/{template}.{form}.j2", document=document, **FUNCTIONS[form])
        return f"{text}\n"


def file_name(incident: Incident, form: str) -> str:
    """`sev-42-postmortem.html`: never the title, which a private SEV's file would betray."""
    return f"sev-{incident.number}-postmortem.{form}"


def _as_markdown(value: object) -> str:
    return value if isinstance(value, Markdown) else export.escaped(str(value))


def _markdown_paragraphs(text: str) -> Markdown:
    """Text with its paragraphs and its lines."""
    paragraphs = [[export.escaped(line) for line in part.split("\n") if line.strip()] for part in text.split("\n\n")]
    return Markdown("\n\n".join("\\\n".join(lines) for lines in paragraphs if lines))


def _markdown_link(label: str, address: str) -> Markdown:
    return Markdown(export.link(label, address))


def _markdown_minute(moment: datetime) -> Markdown:
    return Markdown(_minute(moment))


def _html_paragraphs(text: str) -> Markup:
    """Text with its paragraphs and its lines."""
    paragraphs = [[escape(line) for line in part.split("\n") if line.strip()] for part in text.split("\n\n")]
    shown = [Markup("<p>{}</p>").format(Markup("<br>\n").join(lines)) for lines in paragraphs if lines]
    return Markup("\n").join(shown)


def _html_link(label: str, address: str) -> Markup:
    """A link, or the label alone where the address is none that a browser may follow safely."""
    if not export.HTTP.match(address):
        return escape(label)
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, label)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _day(day: date | None) -> str:
    return day.isoformat() if day else "no date"


FUNCTIONS: dict[str, dict[str, Callable[..., Any]]] = {
    "md": {"paragraphs": _markdown_paragraphs, "link": _markdown_link, "minute": _markdown_minute, "day": _day,
           "spelled": export.spelled},
    "html": {"paragraphs": _html_paragraphs, "link": _html_link, "minute": _minute, "day": _day,
             "spelled": export.spelled},
}  # fmt: skip
"""What templates may call."""
