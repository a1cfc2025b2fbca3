"""Programs that tests use where they are installed: `.ci/servers` installs them, and in CI all are there."""

import os
import shutil

import pytest

CI = "SEVBOT_CI"
"""Where this is set, a program that is missing is a fault; elsewhere its tests are left out."""


def program(name: str) -> str:
    """Where a program is. Where there is none, the test is skipped, or fails."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: `.ci/servers` does it"
        if os.environ.get(CI):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
