// What one can do to a message: the bar that appears over it, its menu, editing, deleting, pinning, dismissing.
import { button, iconButton } from "./controls.js";
import { confirmThat } from "./dialog.js";
import { h } from "./dom.js";
import { emojiNode, unescaped } from "./mrkdwn.js";
import { icon } from "./icons.js";
import { openThread } from "./places.js";
import { openMenu } from "./popover.js";
import { pickReaction, react } from "./reactions.js";
import { currentChannel, me, remembered, session, tell } from "./session.js";
import { act } from "./sync.js";

const QUICK = ["pushpin", "white_check_mark", "eyes"];

/** Puts the bar of actions on the message that is pointed at or focused; there is only one bar at a time. */
export function offerActions(node, message, inThread) {
  if (node.querySelector(".message-actions") || document.querySelector(".message-actions [aria-expanded=true]")) return;
  document.querySelector(".message-actions")?.remove();
  if (message.notice || message.ephemeral || session.editing === message.ts || currentChannel()?.is_archived) return;
  const mine = (name) => message.reactions?.some((one) => one.name === name && one.users.includes(session.me));
  const quick = (name) => {
    const label = `React with ${name.replaceAll("_", " ")}`;
    return button("quiet square", () => react(message, name, mine(name)), emojiNode(name), { "aria-label": label, title: label });
  };
  const more = ({ currentTarget }) => openMenu(currentTarget, menuFor(message), "More actions");
  node.append(h("div", { class: "message-actions", style: besides(node), role: "toolbar", "aria-label": "Message actions" },
    QUICK.map(quick),
    iconButton("addSmile", "Add reaction", ({ currentTarget }) => pickReaction(currentTarget, message)),
    !inThread && iconButton("thread", "Reply in thread", () => openThread(message.thread_ts ?? message.ts)),
    iconButton("dotsUp", "More actions", more, { "aria-haspopup": "menu" })));
}

/** Where the bar goes: on the message's upper edge, or on its lower one when the upper is scrolled out of sight. */
function besides(node) {
  const [box, list] = [node, node.parentElement].map((one) => one.getBoundingClientRect());
  if (box.top > list.top + 16) return { top: "-16px" };
  return box.bottom < list.bottom - 16 ? { bottom: "-16px" } : { top: `${Math.max(4, list.top - box.top + 4)}px` };
}

function menuFor(message) {
  const pinned = currentChannel()?.pins?.includes(message.ts);
  const where = { channel: session.channel, ts: message.ts };
  const mine = message.user === session.me;
  const shortcuts = session.shortcuts.filter((one) => one.type.startsWith("message")).map((one) => ({
    label: one.name, mark: icon("bolt", 16), run: () => act("message_shortcut", { ...where, callback_id: one.callback_id }),
  }));
  const own = [
    mine && { label: "Edit message", mark: icon("edit", 16), run: () => edit(message.ts) },
    (mine || me()?.is_admin) && { label: "Delete message", mark: icon("trash", 16), danger: true, run: () => remove(message) },
  ].filter(Boolean);
  const pinning = pinned ? "Unpin from this channel" : "Pin to this channel";
  return [
    { label: pinning, mark: icon("pin", 16), run: () => act("pin", { ...where, remove: Boolean(pinned) }) },
    { label: "Copy message ID", hint: message.ts, mark: icon("link", 16), run: () => navigator.clipboard?.writeText(message.ts) },
    ...(shortcuts.length ? [null, ...shortcuts] : []),
    ...(own.length ? [null, ...own] : []),
  ];
}

function edit(ts) {
  session.editing = ts;
  tell("messages");
  tell("thread");
}

/** The field a message turns into while it is edited. */
export function editBox(message) {
  const field = h("textarea", { class: "field", rows: 3, "aria-label": "Edit message", value: editable(message.text) });
  const save = async () => {
    if (field.value.trim()) await act("edit", { channel: session.channel, ts: message.ts, text: field.value });
    edit("");
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") edit("");
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  queueMicrotask(() => field.focus());
  return h("div", { class: "edit-box" }, field,
    h("div", { class: "actions" }, button("button small", () => edit(""), "Cancel"), button("button small primary", save, "Save changes")));
}

/** A stored text as it was typed: `@ada` and `#general` again, and no entities. */
function editable(text) {
  const typed = text.replace(/<([@#])([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, mark, id) => {
    const known = mark === "@" ? session.people.get(id) : session.channels.get(id);
    return known ? `${mark}${known.name}` : whole;
  });
  return unescaped(typed);
}

async function remove(message) {
  const sure = await confirmThat("Delete message", "Are you sure you want to delete this message? This cannot be undone.", "Delete");
  if (sure) await act("delete", { channel: session.channel, ts: message.ts });
}

/** Hides a message that only this person sees, in this browser. */
export function dismiss(message) {
  session.notices = session.notices.filter((one) => one.ts !== message.ts);
  session.dismissed.add(message.ts);
  remembered("dismissed", [...session.dismissed].slice(-300));
  tell("messages");
  tell("thread");
}

export function recallDismissed() {
  session.dismissed = new Set(remembered("dismissed") ?? []);
}
