"""Every call in docs/api.md is made, in order, with curl, and does what is said of it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web.services import secret, serving

DOCS = Path(__file__).parents[2] / "docs"
CALL = re.compile(r"^```\n(curl .*?)\n```$", re.MULTILINE | re.DOTALL)
ANSWERED = ["201", "200", "200", "200", "201", "201", "200", "200"]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_calls_of_the_docs_do_what_they_say(database_url: str) -> None:
    calls = CALL.findall((DOCS / "api.md").read_text())
    with serving(database_url) as service:
        variables = {
            "SEVBOT": f"http://127.0.0.1:{service.bot.server.port}",
            "TOKEN": secret("ci"),
            "PATH": "/usr/bin:/bin",
        }
        answers = [
            subprocess.run(
                ["bash", "-c", f"{call} -o /dev/null -w '%{{http_code}}'"],
                env=variables, capture_output=True, text=True, check=True, timeout=20,
            ).stdout
            for call in calls
        ]  # fmt: skip
        assert answers == ANSWERED
        (sev,) = service.kept()
        assert (sev.title, sev.severity, sev.status) == ("checkout is down", "SEV1", "mitigated")
