"""What the catalog makes of the configuration."""

import pytest

from bot.config import Config, Objective, Workflow, load
from bot.config.workflows import wrong_objective
from bot.errors import Refused
from bot.workflows import catalog
from bot.workflows.evaluation import objectives
from tests.processes import CONFIG

SLO = Objective(key="availability", name="It works", target=0.99)


def config_of(*workflows: Workflow) -> Config:
    return load(CONFIG).model_copy(update={"workflows": workflows})


@pytest.mark.parametrize("words", ["place-order", "Place order", " PLACE-ORDER ", "place   order"])
def test_a_workflow_is_found_by_its_key_and_by_its_name(words: str) -> None:
    config = config_of(Workflow(key="deposit", name="Deposit"), Workflow(key="place-order", name="Place order"))
    assert catalog.workflow_named(config, words).key == "place-order"


def test_the_nearest_are_named_by_their_keys_each_once() -> None:
    config = config_of(*(Workflow(key=f"order-{each}", name=f"Order {each}") for each in range(50)))
    assert catalog.nearest(config, "ordr-7")[0] == "order-7"
    assert len(set(catalog.nearest(config, "order"))) == 3
    with pytest.raises(Refused, match="Did you mean `order-7`"):
        catalog.workflow_named(config, "ordr-7")


def test_services_may_push_counts_and_what_slos_name() -> None:
    slo = SLO.model_copy(update={"signals": ("orders", "refunds", "orders")})
    workflow = Workflow(key="place-order", name="Place order", slos=(slo,))
    assert catalog.pushed_signals(workflow) == ("counts", "orders", "refunds")
    (watched,) = objectives.watched(config_of(workflow))
    assert (watched.key, watched.signals) == (("place-order", "availability"), ("orders", "refunds"))


def test_time_slices_are_held_against_one_signal() -> None:
    slo = SLO.model_copy(update={"method": "timeslices", "signals": ("orders", "refunds")})
    assert [each.partition(":")[0] for each in wrong_objective(slo, 0.99)] == [".signals"]
    assert [*wrong_objective(slo.model_copy(update={"signals": ("orders",)}), 0.99)] == []
