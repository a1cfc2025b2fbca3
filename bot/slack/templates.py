"""Longer texts, and those a company may want to say differently: Jinja2 templates, in `templates/` and `config/templates/`."""

import logging
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.config import ConfigFaults
from bot.slack.text import Mrkdwn, escape

log = logging.getLogger(__name__)

FAILURES = (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError, OSError)
"""What a template can fail with: Jinja's own faults, those of the expressions in it, and those of reading it."""
SHIPPED = Path(__file__).parent.parent.parent / "templates"


class Texts:
    """The templates: those of the configuration folder first, then those that are shipped.

    `options` are Jinja's: how values are escaped, where it is not for mrkdwn.
    """

    def __init__(self, config_folder: Path, **options: Any) -> None:
        self._own = _environment(config_folder / "templates", SHIPPED, **options)
        self._shipped = _environment(SHIPPED, **options)

    def render(self, template: str, /, **values: Any) -> str:
        """The text of a template, by default as mrkdwn. Plain values are escaped; `Mrkdwn` ones are taken as they are.

        Where the company's own template fails, the shipped one speaks: a message matters more than its words.
        """
        try:
            text = self._own.get_template(template).render(values)
        except FAILURES:
            log.exception("template.failed", extra={"template": template})
            text = self._shipped.get_template(template).render(values)
        return text.strip()

    def check(self) -> None:
        """Raise `ConfigFaults` with every template that is not one."""
        faults = []
        for name in self._own.list_templates(extensions=["j2"]):
            try:
                self._own.get_template(name)
            except FAILURES as error:
                faults.append(f"templates/{name}: {error}")
        if faults:
            raise ConfigFaults(faults)


def _environment(*folders: Path, **options: Any) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        **{"finalize": _as_mrkdwn, "autoescape": False, **options},
    )


def _as_mrkdwn(value: object) -> str:
    return value if isinstance(value, Mrkdwn) else escape(str(value))
