"""How much chance is tried in `make test`: enough to find what is wrong, the same at every run."""

from hypothesis import HealthCheck, settings

SAMPLE = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
FEW = settings(SAMPLE, max_examples=20)
"""For what is slow to check."""
