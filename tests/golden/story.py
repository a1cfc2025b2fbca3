"""What happens in the six weeks, day by day. Day 0 is Monday, 26 February 2035; see `telling.py`."""

from datetime import UTC, datetime

from tests.golden.telling import Story, Telling

LONDON, NEW_YORK, CHICAGO, LOS_ANGELES, TOKYO, BERLIN, KOLKATA = (
    "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin",
    "Asia/Kolkata",
)  # fmt: skip


def first_days(story: Story) -> None:
    """The first three days, for a look at what is said that takes no minute."""
    checkout_is_down(story)
    sign_in_is_slow(story)
    salaries_are_readable(story)
    story.comes(3, "00:00", LONDON)


def first_ten_days(story: Story) -> None:
    """A SEV with action items made in every way, a SEV far away, a private one, a drill; and who keeps what they promised."""
    checkout_is_down(story)
    sign_in_is_slow(story)
    salaries_are_readable(story)
    grace_writes_the_postmortem(story)
    push_messages_are_rehearsed(story)
    people_answer(story)
    story.comes(10, "00:00", LONDON)


def the_other_weeks(story: Story) -> None:
    """Holidays, clocks that change, somebody who leaves, a promise that is late when it would have helped."""
    barbara_goes_on_holiday(story)
    checkout_is_down_again(story)
    ada_answers_for_the_private_one(story)
    margaret_leaves(story)
    spring_comes(story)
    people_look_back(story)
    story.comes(42, "00:00", LONDON)


def checkout_is_down(story: Story) -> None:
    """Monday: SEV-1, by the form; margaret's remark becomes an item by a reaction, and ada's by the shortcut."""
    ada, grace, margaret = people(story, "ada", "grace", "margaret")
    story.comes(0, "10:00", NEW_YORK)
    ada.types("/sev declare", "#incidents")
    ada.fills_and_submits(
        **{"Title": "Checkout is down", "Severity": "SEV1", "Workflows affected": ["Place order"]},
    )
    place = story.stage.sev(1).channel
    grace.types("/sev take commander", place)
    grace.types("/sev update 30m The payment provider answers nothing; we take orders by hand")
    remark = margaret.says("the error rate should have woken us", place)
    story.waits(20)
    grace.types("/sev mitigate")
    grace.types("/sev resolve")
    margaret.reacts("hammer_and_wrench", remark)
    grace.types("/sev action add cap the retries of the payment client @grace P1 #prevent")
    grace.types("/sev action add write a runbook for outages of the provider @payments #mitigate")
    grace.types("/sev action add queue orders while the provider is away @margaret due 2035-03-09 #prevent")
    said = grace.says("nobody could tell from the app that orders were lost")
    ada.person.goes_to(place)
    ada.uses_shortcut("Create action item", said)
    ada.fills_and_submits(**{"What is to be done": "tell customers in the app when orders fail", "Owner": "asha"})


def sign_in_is_slow(story: Story) -> None:
    """Tuesday morning in Tokyo: SEV-2, with an item that is to be proven."""
    (barbara,) = people(story, "barbara")
    story.comes(1, "10:00", TOKYO)
    barbara.types("/sev declare SEV3 Sign in is slow", "#platform")
    barbara.types("/sev take commander", story.stage.sev(2).channel)
    barbara.types("/sev action add keep sessions in two regions @barbara P1 due 2035-03-15 #prevent")
    barbara.types("/sev action prove 1 switch one region off in staging: people stay signed in")
    barbara.types("/sev resolve")


def grace_writes_the_postmortem(story: Story) -> None:
    """Wednesday: of SEV-1. Ada is asked to review it, and takes her time."""
    (grace,) = people(story, "grace")
    story.comes(2, "14:00", NEW_YORK)
    grace.types("/sev postmortem", story.stage.sev(1).channel)
    for section, text in (
        ("summary", "The payment provider answered nothing for half an hour, and orders were lost."),
        ("impact", "2,140 orders of 1,900 customers; we called all of them."),
        ("contributing_factors", "We wait for the provider without end, and nothing tells us that we do."),
    ):
        grace.clicks(f"postmortem.open_section:{section}")
        grace.fills_and_submits(text=text)
    grace.clicks("Submit for review…")
    grace.fills_and_submits(Reviewers=["ada"])


def salaries_are_readable(story: Story) -> None:
    """Wednesday: SEV-3 is private. Nothing of it may be read by others, whatever is late."""
    linus, grace = people(story, "linus", "grace")
    story.comes(2, "08:45", LOS_ANGELES)
    linus.types("/sev declare SEV2 salaries are readable by everybody --private", "#leadership")
    place = story.stage.sev(3).channel
    linus.types("/sev take commander", place)
    linus.types("/sev invite @ada")
    linus.types("/sev action add change all passwords of the payroll @ada due 2035-03-06")
    linus.types("/sev resolve")
    grace.types("/sev items all", "#payments")


def push_messages_are_rehearsed(story: Story) -> None:
    """Thursday: SEV-4 is a drill."""
    radia, asha = people(story, "radia", "asha")
    story.comes(3, "10:30", BERLIN)
    radia.types("/sev declare SEV2 Push messages stop --drill", "#mobile")
    place = story.stage.sev(4).channel
    asha.types("/sev take commander", place)
    radia.types("/sev action add rehearse the failover twice a year @radia due 4w #process", place)
    asha.types("/sev resolve")


def people_answer(story: Story) -> None:
    """What people do about what they are told: done, given to others, begun, put off, refused."""
    ada, grace, margaret, asha = people(story, "ada", "grace", "margaret", "asha")
    story.comes(4, "09:30", NEW_YORK)
    grace.clicks("Done", in_="@sevbot")
    story.comes(7, "09:20", NEW_YORK)
    grace.clicks("Reassign…", in_="@sevbot")
    grace.fills_and_submits(Owner="margaret")
    grace.types("/sev action give SEV-1/3 @grace", "#payments")
    grace.types("/sev action start SEV-1/3")
    story.comes(8, "11:00", LONDON)
    ada.clicks("Approve", in_="@sevbot")
    story.comes(8, "09:15", CHICAGO)
    margaret.types("/sev mine", "#payments")
    margaret.types("/sev action wontdo SEV-1/1 the provider sends its own alerts now")
    story.comes(9, "10:00", KOLKATA)
    asha.types("/sev mine", "@sevbot")
    asha.clicks("Snooze…")
    asha.fills_and_submits(**{"Remind again on": "2035-03-21", "Why not now?": "the next release of the app is then"})
    story.comes(9, "15:00", NEW_YORK)
    grace.types("/sev action done SEV-1/3 https://wiki.acme.example/provider-outages")
    grace.types("/sev postmortem publish", story.stage.sev(1).channel)


def barbara_goes_on_holiday(story: Story) -> None:
    """From Friday, 9 March, until the 19th. Meanwhile what she promised becomes due; she is told when she is back."""
    (barbara,) = people(story, "barbara")
    story.comes(11, "17:00", TOKYO)
    barbara.status(":palm_tree:", until=datetime(2035, 3, 18, 15, tzinfo=UTC))


def checkout_is_down_again(story: Story) -> None:
    """Thursday, 15 March: SEV-5, while what would have prevented it is late."""
    asha, grace = people(story, "asha", "grace")
    story.comes(17, "10:00", NEW_YORK)
    asha.types("/sev declare", "#incidents")
    asha.fills_and_submits(
        **{"Title": "Checkout is down again", "Severity": "SEV2", "Workflows affected": ["Place order"]},
    )
    place = story.stage.sev(5).channel
    grace.types("/sev take commander", place)
    grace.types("/sev update 1h It is the provider again")
    story.waits(30)
    grace.types("/sev mitigate")
    story.waits(30)
    grace.types("/sev resolve")
    grace.types("/sev action add ask a second provider for an offer @linus due 2035-03-30 #prevent")


def ada_answers_for_the_private_one(story: Story) -> None:
    """Friday, 16 March: ten days late."""
    (ada,) = people(story, "ada")
    story.comes(18, "11:00", LONDON)
    ada.types("/sev action done SEV-3/1 all passwords are new; the list is in the vault", "@sevbot")


def margaret_leaves(story: Story) -> None:
    """Tuesday, 20 March: her account is closed. Two days later linus hands over what she owed."""
    (linus,) = people(story, "linus")
    story.comes(22, "17:00", CHICAGO)
    story.happens("margaret's account is closed", lambda: story.slack.change_person("margaret", deleted=True))
    story.comes(24, "09:30", LOS_ANGELES)
    linus.types("/sev items handover @margaret @grace", "#leadership")
    linus.clicks("Hand over")


def spring_comes(story: Story) -> None:
    """Easter; barbara proves what she did; what grace did is undone; and the last days."""
    barbara, grace, asha, radia = people(story, "barbara", "grace", "asha", "radia")
    story.comes(29, "10:00", TOKYO)
    barbara.clicks("Done…", in_="@sevbot")
    barbara.fills_and_submits(
        **{"What shows that it works?": "we switched Osaka off for an hour: https://wiki.acme.example/osaka"}
    )
    story.comes(30, "14:00", NEW_YORK)
    grace.types("/sev action reopen SEV-1/2 the new client has no cap any more", "#payments")
    story.comes(31, "11:00", KOLKATA)
    asha.types("/sev action done SEV-1/5 it is in release 8.2", "@sevbot")
    story.comes(37, "10:00", BERLIN)
    radia.types("/sev action due SEV-4/1 2035-04-20", "@sevbot")


def people_look_back(story: Story) -> None:
    """The last days: figures on demand, a digest that a team chooses, and the postmortem of the private SEV."""
    linus, ada, radia = people(story, "linus", "ada", "radia")
    story.comes(37, "11:00", BERLIN)
    radia.types("/sev digest", "#mobile")
    radia.clicks("Add a digest…")
    radia.fills_and_submits(**{"At": "10:00", "Picture": "None", "Only these teams": ["Mobile"]})
    story.comes(37, "09:30", LOS_ANGELES)
    linus.types("/sev stats 42d", "#leadership")
    linus.types("/sev postmortem", story.stage.sev(3).channel)
    for section, text in (
        ("summary", "Everybody in the company could read everybody's salary for a day."),
        ("impact", "Four people did, and told us."),
        ("contributing_factors", "The folder was made where all may read, and nobody is told of that."),
    ):
        linus.clicks(f"postmortem.open_section:{section}")
        linus.fills_and_submits(text=text)
    linus.types("/sev postmortem submit @ada")
    story.comes(38, "10:00", LONDON)
    ada.clicks("Approve", in_="@sevbot")
    story.comes(38, "09:30", LOS_ANGELES)
    linus.types("/sev postmortem publish")


def people(story: Story, *names: str) -> tuple[Telling, ...]:
    return tuple(story.person(name) for name in names)
