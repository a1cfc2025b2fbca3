"""Every surface there is, and why a private SEV does not show there to others. A new one fails the leak suite until it is here.

Before you add a line: say how the surface asks who may see, and see that `test_leaks.py` tries it.
"""

OWN = (
    "finds its SEV by membership.by_number or by_channel, which refuse alike what is not there and what may not be seen"
)
LISTED = "asks membership.may_see for every SEV it shows"
HERE = "shows in the SEV's own channel only, whose members are those who may see it"
NOTHING = "speaks of no SEV"
DRAWN = "draws what it is given; who is shown it is decided by the delivery or listener that asks for it"

VERBS = {
    "declare": "answers the declarer; the SEVs that are open now are asked by membership.may_see",
    "status": OWN, "mitigate": OWN, "resolve": OWN, "close": OWN, "reopen": OWN, "cancel": OWN, "severity": OWN,
    "title": OWN, "summary": OWN, "times": OWN, "show": OWN, "private": OWN,
    "list": LISTED,
    "access": "answers the same, after the same work, whatever the number; who is asked is found out aside",
    "help": NOTHING,
}  # fmt: skip
CLICKS = {
    "incident.move": OWN, "incident.pick_severity": OWN, "incident.retry": OWN, "incident.replace_channel": OWN,
    "incident.let_in": OWN, "incident.decline": OWN,
    "incident.preview": "shows what the form holds; the SEVs that are open now are asked by membership.may_see",
}  # fmt: skip
FORMS = {
    "incident.declare": "answers the declarer", "incident.edit": OWN, "incident.reopen": OWN, "incident.times": OWN,
}  # fmt: skip
OPENERS = {
    "incident.declare": LISTED, "incident.declare_from_message": LISTED, "incident.open_declare": LISTED,
    "incident.open_edit": OWN, "incident.open_times": OWN,
    "incident.open_reopen": "opens empty; sending it asks membership.by_number",
}  # fmt: skip
EVENTS = dict.fromkeys(
    (
        "channel_archive", "channel_deleted", "channel_id_changed", "channel_rename", "channel_unarchive", "group_archive",
        "group_deleted", "group_rename", "group_unarchive", "member_joined_channel", "member_left_channel", "message",
        "user_change",
    ),
    "an event answers nobody",
)  # fmt: skip
KINDS = {
    "directory.learn_channel": NOTHING,
    "incident.create_channel": "makes a private channel whose name holds the number alone, and never falls back to a public one",
    "incident.name": "gives a private channel a name that holds the number alone",
    "incident.invite": "invites the declarer and the teams of private.invite", "incident.card": HERE, "incident.pin": HERE,
    "incident.topic": HERE, "incident.bookmark": HERE, "incident.line": HERE, "incident.access_request": HERE,
    "incident.recovered": HERE,
    "incident.announcement": "audience() gives a private SEV no place to be announced in",
    "incident.answer": "answers the declarer where they declared",
    "incident.trouble": "a direct message to the declarer, as long as they are a member",
    "incident.reconcile": "posts nothing",
    "incident.consider_request": "posts nothing; ends alike whether or not there is such a SEV",
    "incident.let_in": "invites whom a member let in",
    "incident.welcome": "a direct message to whom a member let in, with the number and the channel",
}  # fmt: skip
ROUTES = {
    "/healthz": NOTHING, "/readyz": "names parts of the bot", "/metrics": "counts methods, kinds and jobs, by no SEV",
    "/slack/events": "Slack's own door: what it answers is what the verbs, clicks and forms answer",
}  # fmt: skip
JOBS = dict.fromkeys(
    (
        "outbox.revive", "outbox.second_look", "incidents.reconcile", "incidents.carry_on", "incidents.forget_answers",
        "incidents.expire_requests", "inbound.forget",
    ),
    "says nothing but through the kinds above; logs ids only",
)  # fmt: skip
VIEWS = {
    "access_deliveries.request_blocks": DRAWN,
    "forms.declare": DRAWN, "forms.declared": DRAWN, "forms.edit": DRAWN, "forms.loading": DRAWN, "forms.reopen": DRAWN,
    "forms.times": DRAWN, "views.announcement": DRAWN, "views.card": DRAWN,
}  # fmt: skip
PLACES = {
    "direct messages": "the trouble and welcome kinds; tried by dumping every conversation but the declarer's own",
    "App Home": "nothing is published there that asks not membership.may_see; tried by opening it as a snoop",
    "the journal": "files of the bot's own user (0600 in 0700), gone once the database is back",
    "the log": "ids and codes; tried in both formats",
}
