"""Every surface there is, and why a private SEV does not show there to others. A new one fails the leak suite until it is here.

Before you add a line: say how the surface asks who may see, and see that `test_leaks.py` tries it.
"""

OWN = (
    "finds its SEV by membership.by_number or by_channel, which refuse alike what is not there and what may not be seen"
)
LISTED = "asks membership.may_see for every SEV it shows"
HERE = "shows in the SEV's own channel only, whose members are those who may see it"
NOTHING = "speaks of no SEV"
SILENT = "posts nothing"
LETTER = "a direct message, written only to who is a member at the moment it is sent"
NUMBER = "only teams of private.page are paged for a private SEV, and outside its channel they read its number alone"
TRACKER = (
    "a private SEV's items go to no tracker, or with tracker.private under its number alone; tried by tests/tracking"
)
PUBLIC_SIGN = "names of the SEVs that know of a problem only those that are public (sev_signs.public)"
DRAWN = "draws what it is given; who is shown it is decided by the delivery or listener that asks for it"

VERBS = {
    "declare": "answers the declarer; the SEVs that are open now are asked by membership.may_see",
    "status": OWN, "mitigate": OWN, "resolve": OWN, "close": OWN, "reopen": OWN, "cancel": OWN, "severity": OWN,
    "title": OWN, "summary": OWN, "times": OWN, "show": OWN, "private": OWN,
    "update": OWN, "subscribe": OWN, "unsubscribe": OWN, "bridge": OWN, "link": OWN, "role": OWN, "take": OWN, "handoff": OWN,
    "invite": OWN, "snooze": OWN, "mute": OWN, "log": OWN, "timeline": OWN, "entry": OWN, "catchup": OWN, "export": OWN,
    "page": OWN, "action": OWN, "field": OWN,
    "items": LISTED, "mine": LISTED,
    "list": LISTED, "search": LISTED, "why": LISTED,
    "duplicate": "finds both by membership.by_number; a public one never speaks of a private one, two private ones by number alone",
    "adopt": "speaks of the new SEV, and of the one whose channel it is typed in, which only who is in the channel can do",
    "backfill": "answers who writes it down; its SEV is public",
    "oncall": NOTHING,
    "postmortem": OWN + "; its lists and its search ask membership.may_see for every SEV they show",
    "digest": "lists a channel's subscriptions, and speaks of no SEV",
    "stats": "asks membership.may_see for every SEV it counts, and measures no private one",
    "workflows": "names an open SEV only where membership.may_see says so", "workflow": LISTED,
    "access": "answers the same, after the same work, whatever the number; who is asked is found out aside",
    "doctor": "counts deliveries, and names none of their SEVs", "help": NOTHING,
}  # fmt: skip
CLICKS = {
    "incident.move": OWN, "incident.pick_severity": OWN, "incident.retry": OWN, "incident.replace_channel": OWN,
    "incident.let_in": OWN, "incident.decline": OWN, "incident.subscribe": OWN, "incident.unsubscribe": OWN,
    "incident.take_command": OWN, "incident.take_role": OWN, "incident.take_over_role": OWN, "incident.accept_handoff": OWN,
    "incident.decline_handoff": OWN, "incident.snooze": OWN, "timeline.undo": OWN, "timeline.turn": OWN,
    "timeline.narrow": OWN, "timeline.withdraw": OWN, "timeline.restore": OWN, "timeline.pass_over": OWN,
    "postmortem.open": OWN, "postmortem.read": OWN, "postmortem.approve": OWN, "postmortem.publish": OWN,
    "postmortem.export": OWN, "postmortem.snooze": OWN, "postmortem.versions": OWN, "postmortem.restore": OWN,
    "item.done": OWN, "item.undo": OWN, "item.hand_over": "hands over what membership.may_see shows, and stays silent about the rest", "item.turn": LISTED, "item.mine": LISTED,
    "digest.stop": NOTHING, "digest.retry": NOTHING, "digest.picture_asked": NOTHING, "digest.workflow_chart": NOTHING,
    "digest.preview": "shows the person what the channel would be sent: nothing private",
    "operations.retry_dead": "answers with how many deliveries are tried again",
    "item.track": OWN, "workflow.turn": "names an open SEV only where membership.may_see says so",
    "problem.attach": OWN, "problem.ignore": NOTHING, "problem.retry": NOTHING, "problem.end": NOTHING,
    "incident.preview": "shows what the form holds; the SEVs that are open now are asked by membership.may_see",
}  # fmt: skip
FORMS = {
    "incident.declare": "answers the declarer", "incident.fields": OWN, "incident.resolve": OWN, "incident.edit": OWN, "incident.reopen": OWN, "incident.times": OWN,
    "incident.update": OWN, "incident.mute": OWN, "paging.page": OWN, "timeline.add_message": OWN, "timeline.entry": OWN,
    "timeline.pinned": OWN, "item.add": OWN, "item.edit": OWN, "item.prove": OWN, "item.snooze": OWN, "item.give": OWN,
    "item.wont_do": OWN, "item.due": OWN,
    "postmortem.section": OWN, "postmortem.submit": OWN, "postmortem.changes": OWN, "postmortem.take_back": OWN,
    "postmortem.causes": OWN, "postmortem.mute": OWN,
    "digest.subscribe": NOTHING,
    "problem.attach_to": OWN,
    "timeline.adopt": "answers who adopts a channel in which they typed that they do",
    "timeline.backfill": "answers who writes it down; its SEV is public",
}  # fmt: skip
OPENERS = {
    "incident.declare": LISTED, "incident.declare_from_message": LISTED, "incident.open_declare": LISTED,
    "incident.open_fields": OWN, "incident.open_resolve": OWN,
    "incident.open_edit": OWN, "incident.open_times": OWN, "incident.open_update": OWN, "incident.open_mute": OWN,
    "paging.open_page": OWN, "timeline.open_entry": OWN, "timeline.open_pinned": OWN, "timeline.add_message": LISTED,
    "item.open_add": OWN, "item.open_edit": OWN, "item.open_done": OWN, "item.open_snooze": OWN, "item.open_give": OWN,
    "item.open_wont_do": OWN, "item.open_due": OWN, "item.add_message": LISTED,
    "postmortem.open_section": OWN, "postmortem.open_submit": OWN, "postmortem.open_causes": OWN,
    "postmortem.open_mute": "opens empty; sending it asks membership.by_number",
    "postmortem.open_changes": "opens empty; sending it asks membership.by_number",
    "postmortem.open_take_back": "opens empty; sending it asks membership.by_number",
    "digest.open_add": NOTHING, "digest.open_change": NOTHING,
    "problem.open_attach": LISTED,
    "problem.open_declare": "opens with what the button carries; the SEVs that are open now are asked by membership.may_see",
    "incident.open_reopen": "opens empty; sending it asks membership.by_number",
}  # fmt: skip
EVENTS = dict.fromkeys(
    (
        "channel_archive", "channel_deleted", "channel_id_changed", "channel_rename", "channel_unarchive", "group_archive",
        "group_deleted", "group_rename", "group_unarchive", "member_joined_channel", "member_left_channel", "message",
        "user_change", "app_home_opened", "reaction_added", "reaction_removed",
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
    "incident.reconcile": SILENT, "timeline.catch_up": SILENT, "timeline.fetch_message": SILENT, "timeline.meet": SILENT,
    "timeline.move_in": "posts nothing; who is in an adopted channel is a member, and its SEV is private where the channel is",
    "timeline.confirm": HERE, "timeline.update_confirmation": HERE, "timeline.offer_pinned": HERE,
    "timeline.export": "a direct message to who asked; asks membership.may_see again when it is sent",
    "incident.home": "asks membership.may_see for every SEV it shows, and is made anew for who is a member no longer",
    "incident.state": LETTER + "; who is none any more has it replaced by the number and a farewell",
    "incident.news": LETTER, "incident.role_instructions": LETTER, "incident.handoff_offer": LETTER,
    "incident.tell_person": LETTER,
    "incident.invite_people": "invites whom a member named",
    "incident.late_brief": "shown in the SEV's own channel, to a person who is a member at the moment it is sent",
    "digest.picture": "draws what is public, and how many private SEVs there were only where the configuration allows that",
    "digest.post": "reads what is public; how many private SEVs are open only where the configuration allows that",
    "digest.trouble": NOTHING,
    "digest.stats_picture": "a direct message to who asked; asks membership.may_see again when it is drawn",
    "nudges.post": HERE,
    "nudges.direct": "a direct message to who is in charge, as long as they are a member",
    "nudges.daily": LETTER + "; items of a private SEV whose member they are no more are left out",
    "nudges.team": "a team is told nothing of a private SEV",
    "directory.refresh_person": SILENT,
    "nudges.refresh": "changes a reminder in its place; who is a member no longer reads that it is not theirs to see",
    "paging.tell": NUMBER, "paging.call": NUMBER, "paging.outcome": HERE, "paging.on_call": NOTHING,
    "remediation.show_item": HERE, "remediation.look_at_message": SILENT,
    "postmortems.board": HERE,
    "postmortems.announcement": "that of a private SEV is announced in the SEV's own channel alone; asked again when it is sent",
    "postmortems.review": LETTER, "postmortems.tell": LETTER,
    "postmortems.export": "a direct message to who asked; asks membership.may_see again when it is sent",
    "webhooks.deliver": "tells of a private SEV only where its webhook asks for that, and then its number alone",
    "tracker.create": TRACKER, "tracker.sync": TRACKER, "tracker.comment": TRACKER, "tracker.poll": SILENT,
    "tracker.tell": LETTER,
    "remediation.recall": SILENT,
    "operations.tell_operators": "speaks of the configuration's files, and of no SEV",
    "problem.message": PUBLIC_SIGN, "problem.elsewhere": PUBLIC_SIGN, "alerts.unknown": NOTHING, "checks.held": NOTHING,
    "queries.trouble": NOTHING,
    "remediation.tell_given": LETTER + "; a team's channel is told nothing of a private SEV",
    "remediation.say_known": "shown in the SEV's own channel; whoever reads, only public SEVs are named (prevention.find_earlier)",
    "incident.consider_request": "posts nothing; ends alike whether or not there is such a SEV",
    "incident.let_in": "invites whom a member let in",
    "incident.welcome": "a direct message to whom a member let in, with the number and the channel",
}  # fmt: skip
ROUTES = {
    "/healthz": NOTHING, "/readyz": "names parts of the bot", "/metrics": "counts methods, kinds and jobs, by no SEV",
    "/hooks/{source}": "answers whoever sends something with a number, whatever it is about",
    "/hooks/heartbeat/{token}": "takes what a job says, and knows of no SEV",
    "/hooks/heartbeat/{token}/{action}": "takes what a job says, and knows of no SEV",
    "/api/v1/workflows/{subject}/counts": "takes counts, and knows of no SEV",
    **dict.fromkeys(
        ("/api/v1/incidents", "/api/v1/incidents/{subject}", "/api/v1/incidents/{subject}/timeline",
         "/api/v1/incidents/{subject}/updates"),
        "knows of private SEVs for tokens with incidents:private alone; tried by tests/web/test_incidents_api.py",
    ),
    "/api/v1/openapi.json": "describes the API, and knows of no SEV",
    "/slack/events": "Slack's own door: what it answers is what the verbs, clicks and forms answer",
}  # fmt: skip
JOBS = dict.fromkeys(
    (
        "outbox.revive", "outbox.second_look", "api.note_uses", "operations.note_runs", "incidents.reconcile", "incidents.carry_on", "incidents.forget_answers",
        "incidents.expire_requests", "nudges.remind", "paging.refresh_on_call", "remediation.show_overdue",
        "digest.send_due", "alerts.work_off", "problems.show_news", "problems.end_silent", "operations.read_config", "operations.ask_slack", "operations.measure", "operations.tell_alive", "retention.hourly", "retention.nightly",
        "paging.forget_on_call", "tracker.watch", "workflows.evaluate", "workflows.forget", "heartbeats.look",
        "checks.run", "queries.ask", "workflows.measure_sevs", "postmortems.ask_reviewers",
    ),
    "says nothing but through the kinds above; logs ids only",
)  # fmt: skip
VIEWS = dict.fromkeys(
    (
        "access_deliveries.request_blocks", "briefs.brief", "briefs.late_brief", "catchup.told", "field_views.card", "field_views.form",
        "field_views.inputs", "field_views.resolve", "forms.add_message", "forms.causes",
        "forms.changes", "forms.section", "forms.section_again", "forms.submit", "forms.take_back",
        "forms.confirmation", "forms.declare", "forms.declared", "forms.edit", "forms.loading", "forms.reopen", "forms.times",
        "forms.add", "forms.due", "forms.give", "forms.prove",
        "forms.snooze", "forms.wont_do", "item_views.at_home",
        "forms.subscribe", "forms.saved", "listing.digests", "stat_views.account", "views.digest",
        "giving_views.given", "giving_views.over", "home_views.closed_door", "home_views.home", "home_views.open_now", "home_views.over", "home_views.promised",
        "home_views.roles", "home_views.welcome", "item_views.in_thread", "item_views.handover_preview", "item_views.items_page", "nudge_views.mute", "role_views.held_by_another",
        "role_views.instructions", "role_views.offer", "role_views.one_role", "role_views.role_list",
        "subscriber_views.farewell", "subscriber_views.state", "telling_forms.adopt", "telling_forms.backfill",
        "telling_forms.entry", "telling_forms.pinned", "update_forms.loading", "update_forms.update", "update_views.said",
        "views.account", "views.announcement", "views.card", "views.found", "views.listed", "views.message", "views.page_form",
        "views.board", "views.home", "views.read", "views.review", "views.versions",
        "views.elsewhere", "views.attach_form", "views.attach_loading", "operators.message", "held.message",
        "doctor_views.told", "config_views.changed_since", "config_views.not_used", "config_views.refused",
        "views.timeline", "views.day", "tracking_views.letter", "views.health", "views.workflow",
    ),
    DRAWN,
)  # fmt: skip
PLACES = {
    "direct messages": "the trouble and welcome kinds; tried by dumping every conversation but the declarer's own",
    "App Home": "nothing is published there that asks not membership.may_see; tried by opening it as a snoop",
    "the pager": "alarm() says the number of a private SEV alone; tried by tests/paging",
    "the tracker": "draft_of() and comment_of() say the number of a private SEV alone; tried by tests/tracking",
    "the journal": "files of the bot's own user (0600 in 0700), gone once the database is back",
    "the log": "ids and codes; tried in both formats",
}
