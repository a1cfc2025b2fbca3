from hypothesis import given
from hypothesis import strategies as st

from bot.config import AudienceRule, Category, Channels, Config, PrivateRules, Severity, Status, Team, Workflow
from bot.incidents.audience import audience
from bot.incidents.bookmarks import bookmarks
from tests.incidents.pictures import PLAIN
from tests.slack.samples import SAMPLE

PEOPLE = st.sampled_from(["U01ADA", "U02GRACE", "U03LINUS"])
PLACES = st.lists(st.sampled_from(["#incidents", "#payments", "C0123456"]), max_size=3).map(tuple)
TEAMS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4).map(tuple)
WORKFLOWS = st.lists(st.sampled_from(["pay", "ship", "taken-out"]), max_size=3).map(tuple)
RULES = st.builds(
    AudienceRule,
    severities=st.lists(st.sampled_from(["SEV1", "SEV2"]), max_size=2).map(tuple),
    workflows=st.lists(st.sampled_from(["pay", "ship"]), max_size=2).map(tuple),
    owners=TEAMS,
    invite=TEAMS,
    people=st.lists(PEOPLE, max_size=2).map(tuple),
    announce=PLACES,
    page=TEAMS,
)
OPTIONAL_TEAM = st.sampled_from([None, "a", "b", "c"])


@st.composite
def configs(draw: st.DrawFn) -> Config:
    return Config(
        severities=tuple(
            Severity(key=key, meaning="x", invite=draw(TEAMS), announce=draw(PLACES), page=draw(TEAMS))
            for key in ("SEV1", "SEV2")
        ),
        statuses=(Status(key="open", category=Category.INVESTIGATING, label="Open"),),
        teams=tuple(
            Team(
                key=key, name=key, members=tuple(draw(st.lists(PEOPLE, max_size=3))),
                user_group=draw(st.sampled_from([None, "S01ONE", "S02TWO"])),
            )
            for key in ("a", "b", "c")
        ),
        workflows=tuple(
            Workflow(key=key, name=key, owner=draw(OPTIONAL_TEAM), announce=draw(PLACES)) for key in ("pay", "ship")
        ),
        private=PrivateRules(invite=draw(TEAMS)),
        invitations=tuple(draw(st.lists(RULES, max_size=3))),
    )  # fmt: skip


@SAMPLE
@given(configs(), st.sampled_from(["SEV1", "SEV2", "SEV9"]), WORKFLOWS, st.booleans(), PEOPLE)
def test_the_declarer_is_always_invited_first_and_nobody_twice(
    config: Config, severity: str, workflows: tuple[str, ...], is_private: bool, declarer: str
) -> None:
    found = audience(config, severity=severity, workflows=workflows, is_private=is_private, declared_by=declarer)
    assert found.people[0] == declarer
    for each in (found.people, found.groups, found.places, found.teams, found.paged):
        assert len(set(each)) == len(each)
    assert set(found.people) == {declarer, *found.named, *(each for team in found.teams for each in team.members)}
    assert set(found.groups) == {team.user_group for team in found.teams if team.user_group}


@SAMPLE
@given(configs(), st.sampled_from(["SEV1", "SEV2"]), WORKFLOWS, PEOPLE)
def test_a_private_sev_is_announced_nowhere_and_calls_only_the_named_teams(
    config: Config, severity: str, workflows: tuple[str, ...], declarer: str
) -> None:
    found = audience(config, severity=severity, workflows=workflows, is_private=True, declared_by=declarer)
    assert (found.places, found.paged, found.named) == ((), (), ())
    assert {team.key for team in found.teams} == set(config.private.invite)


@SAMPLE
@given(configs(), st.sampled_from(["SEV1", "SEV2"]), WORKFLOWS, PEOPLE)
def test_a_public_sev_calls_whom_its_severity_its_workflows_and_the_rules_that_hold_name(
    config: Config, severity: str, workflows: tuple[str, ...], declarer: str
) -> None:
    found = audience(config, severity=severity, workflows=workflows, is_private=False, declared_by=declarer)
    level = config.severity(severity)
    assert level is not None
    affected = [each for each in config.workflows if each.key in workflows]
    owners = {each.owner for each in affected if each.owner}
    rules = [
        rule
        for rule in config.invitations
        if (severity in rule.severities or not rule.severities)
        and ({each.key for each in affected} & {*rule.workflows} or not rule.workflows)
        and (owners & {*rule.owners} or not rule.owners)
    ]
    assert {team.key for team in found.teams} == {
        *level.invite,
        *owners,
        *(key for rule in rules for key in rule.invite),
    }
    assert set(found.named) == {person for rule in rules for person in rule.people}
    told = {*level.announce, *(place for each in affected for place in each.announce)}
    assert set(found.places) == told | {place for rule in rules for place in rule.announce}
    assert {team.key for team in found.paged} == {*level.page, *(key for rule in rules for key in rule.page)}


def test_the_bridge_and_the_runbooks_of_what_is_affected_are_bookmarks() -> None:
    found = bookmarks(PLAIN, ("sign-in", "taken-out", "place-order"))
    assert [(each.slot, each.link) for each in found] == [
        ("bridge", "https://meet.example.com/sev"),
        ("runbook:sign-in", "https://wiki.example.com/sign-in"),
        ("runbook:place-order", "https://wiki.example.com/place-order"),
    ]


def test_the_call_of_the_sev_itself_takes_the_place_of_the_usual_one() -> None:
    (found,) = bookmarks(PLAIN, (), bridge="https://meet.example.com/two")
    assert (found.slot, found.link) == ("bridge", "https://meet.example.com/two")


def test_without_a_bridge_nothing_affected_has_no_bookmark() -> None:
    assert bookmarks(PLAIN.model_copy(update={"channels": Channels()}), ()) == []
