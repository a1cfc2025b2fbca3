"""The files, the objects in them, and to which workflow each SLO belongs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.config.openslo.alerting import Alerting
from bot.config.openslo.objectives import Surroundings, objectives
from bot.config.openslo.places import Node, Notes
from bot.config.values import SAFE_LOADER
from bot.config.workflows import PUSHED, Objective, Workflow

FOLDER = "openslo"
VERSION = "openslo/v1"
KINDS = frozenset({"SLO", "SLI", "Service", "AlertPolicy", "AlertCondition", "DataSource", "AlertNotificationTarget"})
WORKFLOW = "sevbot/workflow"
"""The annotation that says to which workflow an SLO, or a whole service, belongs."""
PULLED = ("good", "bad", "total", "raw")


def read(folder: Path, workflows: Sequence[Workflow]) -> tuple[dict[str, list[Objective]], Notes]:
    """The SLOs of all files in `openslo/`, by the key of their workflow, and what was found while reading them."""
    notes = Notes()
    found = [each for path in _files(folder / FOLDER) for each in _objects(path, notes)]
    named = {kind: {_name(each): each for each in found if each.at("kind").value == kind} for kind in KINDS}
    _what_is_never_read(found)
    around = Surroundings(Alerting(named["AlertPolicy"], named["AlertCondition"]), named["SLI"])
    called = {name: each.key for each in reversed(workflows) for name in (each.name.casefold(), each.key)}
    keys = {each.key for each in workflows}
    by_workflow: dict[str, list[Objective]] = {}
    for slo in found:
        if slo.at("kind").value != "SLO":
            continue
        mapped = objectives(slo, around)
        key = _workflow_of(slo, named["Service"], called, keys)
        if key is not None and mapped:
            by_workflow.setdefault(key, []).extend(mapped)
            _where_counts_come_from(slo, key, named["SLI"])
    return by_workflow, notes


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.glob("*") if each.suffix in {".yaml", ".yml"})


def _objects(path: Path, notes: Notes) -> Iterator[Node]:
    """The objects in a file: several documents, and lists of objects, are both in use."""
    file = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        documents = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER))
    except (yaml.YAMLError, ValueError, OSError) as error:
        notes.faults.append(f"{file}: not readable as YAML: {' '.join(str(error).split())}")
        return
    for document in documents:
        for value in document if isinstance(document, list) else [document]:
            if value is None:
                continue
            node = _named_place(value, file, notes)
            if _is_known(node):
                yield node


def _named_place(value: Any, file: str, notes: Notes) -> Node:
    node = Node(value, file, notes)
    kind, name = node.at("kind").text(), node.at("metadata", "name").text()
    return Node(value, f"{file}: {kind} {name}" if kind and name else file, notes)


def _is_known(node: Node) -> bool:
    version, kind = node.at("apiVersion"), node.at("kind")
    if version.text() is None:
        version.fault(f"give the version of OpenSLO, {VERSION}")
    elif version.value != VERSION:
        version.notice(f"left out: {version.value} is not read here. Write it as {VERSION}")
    elif kind.text() not in KINDS:
        kind.notice(f"left out: {VERSION} has no {kind.value!r}")
    else:
        return True
    return False


def _name(node: Node) -> str:
    return str(node.at("metadata", "name").value)


def _workflow_of(slo: Node, services: Mapping[str, Node], called: Mapping[str, str], keys: set[str]) -> str | None:
    """The workflow that an SLO is about: the one it names, else its service does, else the one called like its service."""
    service = slo.at("spec", "service")
    if service.text() is None:
        service.fault("name the service that the SLO is about")
        return None
    for bearer in (slo, services.get(str(service.value))):
        annotation = None if bearer is None else bearer.at("metadata", "annotations", WORKFLOW)
        if annotation is not None and annotation.value is not None:
            if (key := annotation.text()) in keys:
                return key
            annotation.fault(f"there is no workflow {annotation.value!r} in workflows.yaml")
            return None
    found = called.get(str(service.value).casefold())
    if found is None:
        service.notice(
            f"left out: no workflow is called {service.value!r}. Say which it belongs to with the annotation {WORKFLOW}"
        )
    return found


def _where_counts_come_from(slo: Node, workflow: str, indicators: Mapping[str, Node]) -> None:
    """Say so where a metric's source is named: it is not asked for it here."""
    shared = indicators.get(str(slo.at("spec", "indicatorRef").value))
    sli = slo.at("spec", "indicator", "spec") if shared is None else shared.at("spec")
    metrics = [sli.at("thresholdMetric"), *(sli.at("ratioMetric", part) for part in PULLED)]
    kinds = {kind for each in metrics if (kind := each.at("metricSource", "type").text())}
    if kinds:
        slo.at("spec").notice(
            f"{' and '.join(sorted(kinds))} is not asked for it: push the counts of {workflow} (signal {PUSHED})"
        )


def _what_is_never_read(found: Iterable[Node]) -> None:
    for each in found:
        details = each.at("spec", "connectionDetails")
        if details.value is not None:
            details.notice("left out: how to connect, and with which secrets, is never read from these files")
        if each.at("kind").value == "AlertNotificationTarget":
            each.at("spec").notice("left out: troubles are told in the workflow's channel")
