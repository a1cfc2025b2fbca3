"""Slack's client, as far as apps feel it: commands, clicks, modals and shortcuts of people, and what acks do."""

from typing import Any

from bot.playground import events, modals
from bot.playground.blockkit import VIEW_BYTES, UnfitError, fit_view, size_of
from bot.playground.delivery import Post
from bot.playground.elements import VALUE_KEYS, all_elements, state_of, view_state
from bot.playground.errors import Impossible, SlackError
from bot.playground.modals import Triggers
from bot.playground.model import (
    APP_ID,
    BOT_USER_ID,
    COMMANDS,
    SHORTCUTS,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    Command,
    Json,
    Message,
    Shortcut,
    User,
    View,
)
from bot.playground.response_urls import ResponseUrls, checked_answer, show_answer
from bot.playground.shapes import message_json, view_json
from bot.playground.traffic import Delivery
from bot.playground.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
TEAM = {"id": TEAM_ID, "domain": TEAM_DOMAIN}


class Client:
    """Does in the workspace what people do in Slack's client.

    `notices` holds, by user, the errors Slack showed; `rejections` what was wrong with answers of the app that
    Slack refused (for tests: a correct app causes none).
    """

    def __init__(self, workspace: Workspace, post: Post, triggers: Triggers, response_urls: ResponseUrls) -> None:
        self.commands: dict[str, Command] = {command.name: command for command in COMMANDS}
        self.shortcuts: tuple[Shortcut, ...] = SHORTCUTS
        self.notices: dict[str, list[str]] = {}
        self.rejections: list[str] = []
        self._workspace = workspace
        self._post = post
        self._triggers = triggers
        self._response_urls = response_urls

    # Slash commands

    def command(self, user: User, channel: Channel, line: str) -> tuple[Delivery | None, list[Message]]:
        """Run a slash command as typed (already escaped). The list fills with the answer once it is acked.

        An unknown command is answered by Slackbot and gives no delivery.
        """
        name, _, text = line.partition(" ")
        shown: list[Message] = []
        if name not in self.commands:
            self.notice(
                user.id,
                f'{name} is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.',
            )
            return None, shown
        payload = {
            "token": "verification-token",
            "team_id": TEAM_ID,
            "team_domain": TEAM_DOMAIN,
            "channel_id": channel.id,
            "channel_name": _legacy_name(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": name,
            "text": text.strip(),
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._response_urls.issue(user.id, channel),
            "trigger_id": self._triggers.issue(user.id),
        }

        def answered(delivery: Delivery) -> None:
            with self._workspace.lock:
                self._show_command_answer(delivery, user.id, channel, name, shown)

        return self._post.interact("slash_commands", payload, answered), shown

    def _show_command_answer(
        self, delivery: Delivery, user: str, channel: Channel, name: str, shown: list[Message]
    ) -> None:
        error = delivery.error
        answer = delivery.ack
        if not error and answer:
            try:
                shown.append(
                    show_answer(self._workspace, user, channel, answer, checked_answer(self._workspace, answer))
                )
            except SlackError as refusal:
                self._reject(f"answer of {name}", refusal)
                error = refusal.code
        if error:
            self.notice(user, f'{name} failed with the error "{error}"')

    def notice(self, user: str, text: str) -> None:
        """Show a person an error of Slack's own."""
        self.notices.setdefault(user, []).append(text)
        self._workspace.touch("state")

    def _reject(self, what: str, refusal: SlackError) -> None:
        self.rejections.append(f"{what}: {refusal.code} {refusal.details.get('errors', '')}".strip())

    # Clicks

    def act(self, user: User, where: Message | View, block_id: str, action: Json) -> Delivery:
        """Deliver a block action: `action` is the element as touched, with its value."""
        acting = action | {"block_id": block_id, "action_ts": self._workspace.clock.next_ts()}
        payload = self._interaction("block_actions", user) | {"enterprise": None, "is_enterprise_install": False}
        payload["trigger_id"] = self._triggers.issue(user.id)
        if isinstance(where, View):
            payload["container"] = {"type": "view", "view_id": where.id}
            payload["view"] = view_json(where, view_state(where))
        else:
            payload |= self._message_place(user, where)
        payload["actions"] = [acting]

        def answered(delivery: Delivery) -> None:
            if delivery.error:
                self.notice(
                    user.id, "This app responded with an error." if delivery.error == "dispatch_failed" else TROUBLE
                )

        return self._post.interact("interactive", payload, answered)

    def _message_place(self, user: User, message: Message) -> Json:
        channel = self._workspace.channels[message.channel_id]
        ephemeral = bool(message.ephemeral_to)
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container["is_ephemeral"] = ephemeral
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        place: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": _legacy_name(channel)},
            "state": state_of(message.blocks, self._workspace.typed.get((user.id, message.ts), {})),
            "response_url": self._response_urls.issue(user.id, channel, message),
        }
        if not ephemeral:
            place["message"] = message_json(self._workspace, message)
        return place

    def _interaction(self, kind: str, user: User) -> Json:
        person = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID}
        return {"type": kind, "team": TEAM, "user": person, "api_app_id": APP_ID, "token": "verification-token"}

    # Modals

    def submit(self, user: User, view: View) -> Delivery:
        """Submit a modal; the ack closes, changes or stacks it, or puts errors under its inputs."""
        payload = self._interaction("view_submission", user) | {
            "trigger_id": self._triggers.issue(user.id),
            "view": view_json(view, view_state(view)),
            "response_urls": self._response_urls_of(user, view),
            "is_enterprise_install": False,
            "enterprise": None,
        }

        def answered(delivery: Delivery) -> None:
            with self._workspace.lock:
                self._apply_submission(delivery, user.id, view)

        return self._post.interact("interactive", payload, answered)

    def _response_urls_of(self, user: User, view: View) -> list[Json]:
        """Return a response URL for every channel picked in an input with `response_url_enabled`."""
        values = view_state(view)["values"]
        urls: list[Json] = []
        for block, element in all_elements(view.blocks):
            if block["type"] == "input" and element.get("response_url_enabled"):
                state = values[block["block_id"]][element["action_id"]]
                channel = self._workspace.channels.get(state[VALUE_KEYS[element["type"]]])
                if channel is not None:
                    url = self._response_urls.issue(user.id, channel)
                    place = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    urls.append(place | {"channel_id": channel.id, "response_url": url})
        return urls

    def _apply_submission(self, delivery: Delivery, user: str, view: View) -> None:
        stack = modals.stack_of(self._workspace, user)
        if delivery.error:
            view.errors = {"": TROUBLE}
            delivery.errors = dict(view.errors)
            self.notice(user, TROUBLE)
            return
        if view not in stack:
            return
        try:
            self._apply_response(delivery, user, view)
        except (SlackError, UnfitError) as refusal:
            code = refusal if isinstance(refusal, SlackError) else SlackError("invalid_arguments", **refusal.details())
            self._reject("answer of view_submission", code)
            view.errors = {"": TROUBLE}
            self.notice(user, TROUBLE)
        delivery.errors = dict(view.errors)
        self._workspace.touch("views")

    def _apply_response(self, delivery: Delivery, user: str, view: View) -> None:
        answer = delivery.ack or {}
        action = answer.get("response_action") if isinstance(answer, dict) else "?"
        if not answer:
            modals.stack_of(self._workspace, user).remove(view)
        elif action == "clear":
            self._clear(user, but=view)
        elif action == "errors":
            view.errors = _checked_errors(view, answer.get("errors"))
        elif action == "update":
            modals.update(self._workspace, view, self._checked_view(answer.get("view")))
        elif action == "push":
            modals.push(self._workspace, user, self._checked_view(answer.get("view")))
        else:
            raise SlackError("invalid_response_action", errors=[str(answer)[:200]])

    def _checked_view(self, content: Any) -> Json:
        if not isinstance(content, dict) or content.get("type") != "modal":
            raise SlackError("invalid_arguments", errors=["must provide a modal [json-pointer:/view]"])
        if size_of(content) > VIEW_BYTES:
            raise SlackError("view_too_large")
        return fit_view(content, self._workspace.next_id)

    def close(self, user: User) -> Delivery | None:
        """Close the topmost modal; the app hears of it only if the view asked for that."""
        stack = modals.stack_of(self._workspace, user.id)
        if not stack:
            raise Impossible("No modal is open.")
        view = stack[-1]
        if view.content.get("clear_on_close"):
            self._clear(user.id)
            return None
        modals.close(self._workspace, user.id)
        return self._tell_closed(user, view, cleared=False)

    def close_all(self, user: User) -> None:
        """Close the whole stack, as the ✕ of a modal does."""
        self._clear(user.id)

    def _clear(self, user_id: str, but: View | None = None) -> None:
        for view in modals.clear(self._workspace, user_id):
            if view is not but:
                self._tell_closed(self._workspace.users[user_id], view, cleared=True)

    def _tell_closed(self, user: User, view: View, *, cleared: bool) -> Delivery | None:
        if not view.content.get("notify_on_close"):
            return None
        payload = self._interaction("view_closed", user) | {"view": view_json(view, view_state(view))}
        payload |= {"is_cleared": cleared, "is_enterprise_install": False, "enterprise": None}
        return self._post.interact("interactive", payload, lambda _delivery: None)

    # Shortcuts and Home

    def shortcut(self, user: User, shortcut: Shortcut, on: Message | None = None) -> Delivery:
        """Use a global shortcut, or a message shortcut `on` a message."""
        payload = self._interaction("shortcut" if on is None else "message_action", user)
        payload |= {"callback_id": shortcut.callback_id, "trigger_id": self._triggers.issue(user.id)}
        payload |= {"action_ts": self._workspace.clock.next_ts(), "is_enterprise_install": False, "enterprise": None}
        if on is not None:
            channel = self._workspace.channels[on.channel_id]
            payload |= {
                "channel": {"id": channel.id, "name": _legacy_name(channel)},
                "message_ts": on.ts,
                "message": message_json(self._workspace, on),
                "response_url": self._response_urls.issue(user.id, channel, None),
            }

        def answered(delivery: Delivery) -> None:
            if delivery.error:
                self.notice(user.id, f'"{shortcut.name}" failed with the error "{delivery.error}"')

        return self._post.interact("interactive", payload, answered)

    def open_home(self, user: User) -> None:
        """Open the app's Home tab."""
        channel = self._workspace.open_direct(user.id, BOT_USER_ID)
        view = self._workspace.homes.get(user.id)
        events.home_opened(self._workspace, user.id, channel.id, view_json(view, view_state(view)) if view else None)


def _legacy_name(channel: Channel) -> str:
    if channel.is_direct:
        return "directmessage" if channel.kind == "im" else channel.name
    return "privategroup" if channel.kind == "private" else channel.name


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    """Return the errors of an ack; their keys must be block ids of inputs, or Slack shows its generic error."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors", errors=[f"errors for {errors!r}, inputs are {sorted(inputs)}"])
    return {str(block_id): str(text) for block_id, text in errors.items()}
