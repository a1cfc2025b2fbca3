"""Forms that stack, Home, messages and what can be done to them, threads, and where one writes: as people use them."""

import re

import pytest
from playwright.sync_api import Locator, expect

from bot.slack import blocks
from tests.browser.desk import Desk
from tests.browser.test_blocks import drawing

pytestmark = pytest.mark.torture
OPEN = blocks.actions([blocks.button("More", "try.more")])
ASKED = blocks.field("it", "What it is called", blocks.text_input("try.it", limit=150))


def _second(title: str = "Another form") -> dict[str, object]:
    return blocks.modal("desk.second", title, [ASKED], submit="Save")


def _pushes(desk: Desk) -> None:
    desk.on_click = lambda body: desk.web.views_push(trigger_id=body["trigger_id"], view=_second())


def _field(dialog: Locator) -> Locator:
    return dialog.get_by_label("What it is called")


# Forms


def test_forms_stack_and_what_was_typed_below_is_still_there(desk: Desk) -> None:
    _pushes(desk)
    first = desk.form(ASKED, OPEN)
    _field(first).fill("below")
    first.get_by_role("button", name="More").click()
    second = desk.dialog("Another form")
    expect(_field(second)).to_be_focused()
    expect(_field(second)).to_have_value("")
    second.get_by_role("button", name="Back to A form").click()
    expect(_field(desk.dialog("A form"))).to_have_value("below")


def test_escape_leaves_one_form_and_the_cross_all(desk: Desk) -> None:
    _pushes(desk)
    composer = desk.page.get_by_label("Message #general")
    composer.focus()
    first = desk.form(OPEN, submit=None)
    for leave in ("Escape", "cross"):
        first.get_by_role("button", name="More").click()
        expect(desk.dialog("Another form")).to_be_visible()
        if leave == "Escape":
            desk.page.keyboard.press("Escape")
            expect(first).to_be_visible()
        else:
            desk.dialog("Another form").get_by_role("button", name="Close", exact=True).click()
            expect(desk.page.get_by_role("dialog")).to_have_count(0)
    expect(composer).to_be_focused()


def test_a_form_is_changed_under_the_hands_that_fill_it_in(desk: Desk) -> None:
    def changes(body: dict[str, object]) -> None:
        view = dict(
            blocks.modal("desk.form", "A form", [ASKED, OPEN, blocks.section("Now there is more.")], submit="Send")
        )
        desk.web.views_update(view_id=body["view"]["id"], view=view)  # type: ignore[index]

    desk.on_click = changes
    dialog = desk.form(ASKED, OPEN)
    _field(dialog).fill("kept")
    dialog.get_by_role("button", name="More").click()
    expect(dialog).to_contain_text("Now there is more.")
    expect(_field(dialog)).to_have_value("kept")
    expect(dialog.get_by_role("button", name="More")).to_be_focused()


def test_a_list_stays_open_while_the_form_is_changed_around_it(desk: Desk) -> None:
    choice = blocks.field("way", "Workflow", blocks.menu("Choose", "try.way", [blocks.option("Deposit", "deposit")]))
    dialog = desk.form(choice)
    dialog.get_by_role("button", name="Workflow").click()
    view = dict(blocks.modal("desk.form", "A form", [blocks.section("Now there is more."), choice], submit="Send"))
    stack = desk.slack.workspace.modals[desk.slack.person("ada").id]
    desk.web.views_update(view_id=stack[-1].id, view=view)
    expect(dialog).to_contain_text("Now there is more.")
    desk.page.get_by_role("option", name="Deposit").click()
    dialog.get_by_role("button", name="Send").click()
    assert desk.value("way")["selected_option"]["value"] == "deposit"


@pytest.mark.parametrize("action", ["push", "update"])
def test_a_form_leads_to_another(desk: Desk, action: str) -> None:
    desk.answer = {"response_action": action, "view": _second()}
    dialog = desk.form(ASKED)
    _field(dialog).fill("done")
    desk.page.keyboard.press("Enter")
    expect(desk.dialog("Another form")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Back to A form")).to_have_count(1 if action == "push" else 0)


def test_a_form_whose_app_does_not_answer_says_so_and_keeps_what_was_typed(desk: Desk) -> None:
    dialog = desk.form(ASKED)
    desk.slack.faults.lose_acks(1)
    _field(dialog).fill("not lost")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_role("alert")).to_have_text("We had some trouble connecting. Try again?")
    expect(_field(dialog)).to_have_value("not lost")


# Home


def test_home_is_the_apps_own_place_and_its_messages_are_beside_it(desk: Desk) -> None:
    ada = desk.slack.person("ada")
    shown = [blocks.header("Open SEVs"), blocks.section("Nothing is wrong.")]
    desk.web.views_publish(user_id=ada.id, view={"type": "home", "blocks": shown})
    desk.sidebar("Sevbot").click()
    home = desk.page.get_by_role("region", name="App Home")
    expect(home.get_by_role("heading", name="Open SEVs")).to_be_visible()
    desk.web.views_publish(user_id=ada.id, view={"type": "home", "blocks": [blocks.section("SEV-42 is open.")]})
    expect(home).to_have_text("SEV-42 is open.")
    direct = desk.web.conversations_open(users=ada.id)["channel"]["id"]
    desk.web.chat_postMessage(channel=direct, text="You are needed.")
    expect(desk.sidebar("Sevbot (unread)")).to_be_visible()
    desk.page.get_by_role("button", name="Messages", exact=True).click()
    expect(desk.page.locator("#messages")).to_contain_text("You are needed.")


# Messages


def _says(desk: Desk, text: str) -> Locator:
    """Ada types a line and sends it with Enter; where it stands then."""
    field = desk.page.get_by_label("Message #general")
    field.fill(text)
    field.press("Enter")
    message = desk.page.locator("#messages .message").filter(has_text=text).last
    message.wait_for()
    return message


def test_a_messages_shortcuts_are_in_its_menu(desk: Desk) -> None:
    message = _says(desk, "cards are declined")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    menu = desk.page.get_by_role("menu", name="More actions")
    for one in desk.slack.client.shortcuts:
        expect(menu.get_by_role("menuitem", name=one.name, exact=True)).to_have_count(
            1 if one.type.startswith("message") else 0
        )
    menu.get_by_role("menuitem", name="Add to timeline").click()
    desk.waits_for(desk.clicks)
    assert desk.clicks[0]["message"]["text"] == "cards are declined"


def test_a_messages_menu_is_reached_by_keyboard(desk: Desk) -> None:
    message = _says(desk, "only keys")
    desk.page.get_by_label("Message #general").press("Shift+Tab")
    message.focus()
    desk.tabs_to(message.get_by_role("button", name="More actions"))
    desk.page.keyboard.press("Enter")
    for _ in range(3):
        desk.page.keyboard.press("ArrowDown")
    expect(desk.page.get_by_role("menuitem", name="Add to timeline")).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.waits_for(desk.clicks)
    assert desk.clicks[0]["message"]["text"] == "only keys"


def test_global_shortcuts_are_beside_the_message_field(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Shortcuts").click()
    desk.page.get_by_role("menuitem", name="Declare a SEV").click()
    desk.waits_for(desk.clicks)
    assert desk.clicks[0]["type"] == "shortcut"


def test_reactions_are_picked_counted_and_taken_back(desk: Desk) -> None:
    message = _says(desk, "react to this")
    message.hover()
    message.get_by_role("button", name="React with pushpin").click()
    pill = message.get_by_role("button", name="pushpin, 1: you")
    expect(pill).to_have_attribute("aria-pressed", "true")
    message.get_by_role("button", name="Add reaction").first.click()
    desk.page.get_by_label("Search emoji").fill("hammer_and")
    desk.page.keyboard.press("Enter")
    expect(message.get_by_role("button", name="hammer and wrench, 1: you")).to_be_visible()
    grace = desk.slack.person("grace")
    grace.reacts("pushpin", to=desk.slack.channel("#general").messages[message.get_attribute("data-ts") or ""])
    pill = message.get_by_role("button", name="pushpin, 2: you, Grace Hopper")
    pill.click()
    expect(message.get_by_role("button", name="pushpin, 1: Grace Hopper")).to_be_visible()


def test_a_thread_opens_beside_the_channel(desk: Desk) -> None:
    message = _says(desk, "who is on it?")
    message.hover()
    message.get_by_role("button", name="Reply in thread").click()
    pane = desk.page.get_by_role("complementary", name="Thread")
    expect(pane).to_contain_text("who is on it?")
    reply = pane.get_by_label("Reply…")
    expect(reply).to_be_focused()
    reply.fill("I am")
    reply.press("Enter")
    expect(message.get_by_role("button", name="1 reply")).to_be_visible()
    expect(pane.get_by_role("article")).to_have_count(2)
    reply.fill("/sev resolve")
    reply.press("Enter")
    expect(pane).to_contain_text("/sev is not supported in threads. Sorry!")
    desk.page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    message.get_by_role("button", name="1 reply").click()
    expect(pane).to_contain_text("I am")
    pane.get_by_role("button", name="Close Thread").click()


def test_ones_own_message_is_edited_and_deleted(desk: Desk) -> None:
    message = _says(desk, "tpyo")
    ts = message.get_attribute("data-ts")
    message = desk.page.locator(f'#messages .message[data-ts="{ts}"]')
    message.hover()
    message.get_by_role("button", name="More actions").click()
    desk.page.get_by_role("menuitem", name="Edit message").click()
    field = message.get_by_label("Edit message")
    expect(field).to_be_focused()
    field.fill("typo")
    field.press("Enter")
    expect(message).to_contain_text("typo (edited)")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    desk.page.get_by_role("menuitem", name="Delete message").click()
    desk.dialog("Delete message").get_by_role("button", name="Delete").click()
    expect(message).to_have_count(0)


def test_what_is_for_ones_own_eyes_says_so_and_stays_dismissed(desk: Desk) -> None:
    message = desk.message(blocks.section("You may also resolve it."), ephemeral=True)
    expect(message).to_contain_text("Only visible to you")
    message.get_by_role("button", name="Dismiss").click()
    expect(message).to_have_count(0)
    desk.page.reload()
    expect(desk.page.locator("#messages .message").first).to_be_visible()
    expect(message).to_have_count(0)


def test_files_and_pictures_are_shown_where_they_were_shared(desk: Desk) -> None:
    ada = desk.slack.person("ada")
    ada.shares("graph.png", drawing(120, 80), in_="#general")
    ada.shares("notes.txt", b"what we saw", in_="#general")
    picture = desk.page.get_by_role("img", name="graph.png")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 120)
    expect(desk.page.get_by_role("link", name="notes.txt")).to_have_attribute("href", re.compile("^/files"))


def test_links_lead_out_by_web_and_mail_only_and_permalinks_stay_inside(desk: Desk) -> None:
    said = _says(desk, "the first words")
    ts = said.get_attribute("data-ts") or ""
    permalink = desk.web.chat_getPermalink(channel=desk.channel, message_ts=ts)["permalink"]
    message = desk.message(
        blocks.section(f"<{permalink}|what was said> <javascript:alert(1)|a trap> <mailto:a@acme.example|write>")
    )
    expect(message.get_by_role("link")).to_have_text(["what was said", "write"])
    pages = len(desk.page.context.pages)
    message.get_by_role("link", name="what was said").click()
    expect(said).to_have_class(re.compile("pointed-out"))
    assert len(desk.page.context.pages) == pages


def test_those_who_arrive_one_after_the_other_are_told_in_one_block(desk: Desk) -> None:
    created = desk.slack.person("linus").creates("launch")
    for name in ("grace", "ada"):
        desk.slack.person(name).joins(created)
    desk.sidebar("launch").click()
    arrivals = desk.page.locator("#messages .message").filter(has_text="has joined the channel")
    expect(arrivals).to_have_text(
        [re.compile("Linus Torvalds"), re.compile("@Grace Hopper"), re.compile("@Ada Lovelace")]
    )
    expect(desk.page.locator("#messages .message.compact")).to_have_count(2)


# Around them


def test_what_was_not_read_is_marked_until_it_is(desk: Desk) -> None:
    desk.slack.person("grace").says("anybody here?", in_="#payments")
    desk.sidebar("payments (unread)").click()
    expect(desk.page.locator("#messages")).to_contain_text("anybody here?")
    expect(desk.sidebar("payments (unread)")).to_have_count(0)
    desk.sidebar("general").click()


def test_what_one_types_is_offered_to_be_completed(desk: Desk) -> None:
    field = desk.page.get_by_label("Message #general")
    offers = desk.page.get_by_role("listbox", name="Suggestions")
    field.press_sequentially("/s")
    expect(offers.get_by_role("option", name="/sev")).to_be_visible()
    field.press("Tab")
    expect(field).to_have_value("/sev ")
    expect(offers).to_contain_text("[declare")
    field.fill("")
    field.press_sequentially("ask @gra")
    offers.get_by_role("option", name="Grace Hopper").click()
    expect(field).to_have_value("ask @grace ")
    field.press_sequentially("in #pay")
    field.press("Enter")
    expect(field).to_have_value("ask @grace in #payments ")
    field.press_sequentially(":push")
    field.press("Escape")
    expect(offers).to_be_hidden()
    field.fill("")


def test_one_jumps_to_a_place_and_becomes_somebody_else_by_keyboard(desk: Desk) -> None:
    desk.sidebar("general").focus()  # it gets the focus again, and must not take the key that chose another place
    desk.page.keyboard.press("Control+k")
    desk.page.get_by_label("Channel or person").fill("rand")
    expect(desk.dialog("Jump to").get_by_role("listitem")).to_have_text(["random"])
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_label("Message #random")).to_be_visible()
    desk.page.get_by_role("button", name=re.compile("^You are Ada")).press("Enter")
    desk.page.get_by_role("menuitemradio", name="Grace Hopper").press("Enter")
    expect(desk.page.get_by_role("button", name=re.compile("^You are Grace"))).to_be_visible()
    desk.page.get_by_role("button", name=re.compile("^You are Grace")).click()
    desk.page.get_by_role("menuitemradio", name="Ada Lovelace").click()
    desk.sidebar("general").click()
