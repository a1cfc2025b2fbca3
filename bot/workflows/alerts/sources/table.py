"""All sources there are. A new one is a line here; `docs/alerts.md` says what it must do."""

from bot.workflows.alerts.sources import alertmanager, generic, grafana, pagerduty

SOURCES = {each.name: each for each in (alertmanager.SOURCE, grafana.SOURCE, pagerduty.SOURCE, generic.SOURCE)}
