"""SLOs that a company keeps in OpenSLO's format: `openslo/*.yaml` beside `workflows.yaml`.

Read are SLOs of `openslo/v1` and the alerting that belongs to them. What is wrong by that format is a fault; what is right
but not done here is left out with a notice, which names its file and place.
"""

from bot.config.openslo.documents import FOLDER, read

__all__ = ["FOLDER", "read"]
