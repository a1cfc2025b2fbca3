// The list of messages: days, grouping, keeping one's place while it grows, and moving through it by keyboard.
import { byId, h, patchList } from "./dom.js";
import { dayTitle, sameDay } from "./dates.js";
import { offerActions } from "./editing.js";
import { drawMessage, messageSignature } from "./message.js";
import { channelTitle, currentChannel, person, session } from "./session.js";
import { channelMark } from "./sidebar.js";

const GROUP_SECONDS = 300;

/** Draws the open channel's messages. */
export function drawFeed() {
  const list = byId("messages");
  const arrived = list.dataset.shown !== `${session.me} ${session.channel}`;
  const atEnd = arrived || isAtEnd(list);
  list.dataset.shown = `${session.me} ${session.channel}`;
  const messages = visible(session.messages, "");
  patchMessages(list, messages, { opening: true });
  const newest = messages.at(-1)?.ts ?? "";
  if (session.target) pointOut(list);
  else if (atEnd) list.scrollTop = list.scrollHeight;
  else if (newest > list.dataset.newest) byId("to-end").hidden = false;
  if (arrived || atEnd) byId("to-end").hidden = true;
  list.dataset.newest = newest;
}

/** Messages with what Slackbot told in the same place, without what was dismissed; in order of time. */
export function visible(messages, thread) {
  const told = session.notices.filter((one) => one.channel === session.channel && one.thread === thread);
  return [...messages, ...told].filter(({ ts }) => !session.dismissed.has(ts)).sort((one, other) => one.ts - other.ts);
}

/** Fills `list` with messages in order of time; used for the channel and for a thread. */
export function patchMessages(list, messages, { inThread = false, opening = false } = {}) {
  const items = opening ? [{ key: "opening", signature: openingSignature(), item: { draw: drawOpening } }] : [];
  let before = null;
  for (const message of messages) {
    const at = Number(message.ts);
    if (!inThread && (!before || !sameDay(Number(before.ts), at))) {
      const title = dayTitle(at);
      items.push({ key: `day ${title}`, signature: title, item: { draw: () => drawDay(title) } });
      before = null;
    }
    const options = { inThread, compact: follows(message, before) };
    const key = `${message.ts} ${message.ephemeral ? "me" : ""}`;
    items.push({ key, signature: messageSignature(message, options), item: { draw: () => interactive(message, options) } });
    // A thread's parent stands apart from its first reply.
    before = inThread && message === messages[0] ? null : message;
  }
  patchList(list, items, ({ draw }) => draw());
  const last = [...list.querySelectorAll(".message")].at(-1);
  for (const node of list.querySelectorAll(".message")) node.tabIndex = node === last ? 0 : -1;
}

function drawDay(title) {
  return h("div", { class: "day", role: "separator" }, h("span", null, title));
}

const isArrival = (message) => /_join$/.test(message?.subtype ?? "");

/** Whether a message goes on where the one before it stopped, so that its author need not be shown again. */
function follows(message, before) {
  if (isArrival(message) && isArrival(before)) return true; // their words say who came
  if (!before || [message, before].some((one) => one.subtype || one.ephemeral)) return false;
  return message.user === before.user && message.username === before.username && message.ts - before.ts < GROUP_SECONDS;
}

function interactive(message, options) {
  const node = drawMessage(message, options);
  const offer = () => offerActions(node, message, options.inThread);
  // A finger has no hover: the bar must not slip under it before the tap ends. Tapping gives the focus instead.
  node.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && offer());
  node.addEventListener("focusin", offer);
  return node;
}

function openingSignature() {
  const channel = currentChannel();
  return JSON.stringify([session.channel, channelTitle(channel), channel?.is_private]);
}

/** What stands above a channel's first message. */
function drawOpening() {
  const channel = currentChannel();
  if (!channel) return h("div", { class: "opening" });
  if (channel.is_im) {
    const other = h("strong", null, person(channel.im_user).real_name);
    return h("div", { class: "opening" }, h("p", null, "This conversation is just between you and ", other, "."));
  }
  const kind = channel.is_private ? "private channel" : "channel";
  return h("div", { class: "opening" }, h("h2", null, channelMark(channel, 26), channel.name),
    h("p", null, `This is the very beginning of the ${kind} `, h("strong", null, `#${channel.name}`), "."));
}

function pointOut(list) {
  const node = list.querySelector(`.message[data-ts="${CSS.escape(session.target)}"]`);
  if (!node) return;
  session.target = "";
  node.scrollIntoView({ block: "center" });
  node.classList.add("pointed-out");
  setTimeout(() => node.classList.remove("pointed-out"), 2500);
}

/** Keeps the end in sight while the list changes its size: the composer grows, the pane opens. */
function keepEnd(list) {
  let atEnd = true;
  let height = 0;
  list.addEventListener("scroll", () => {
    // A browser also scrolls by itself when the lines wrap anew; only a person's scrolling says where they want to be.
    if (list.scrollHeight === height) atEnd = isAtEnd(list);
    height = list.scrollHeight;
    if (atEnd) byId("to-end").hidden = true;
  }, { passive: true });
  // A picture has no height until it is there.
  list.addEventListener("load", () => { if (atEnd) list.scrollTop = list.scrollHeight; }, true);
  new ResizeObserver(() => {
    if (atEnd) list.scrollTop = list.scrollHeight;
    height = list.scrollHeight;
  }).observe(list);
}

export function isAtEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 80;
}

/** Arrow keys move from message to message. */
export function watchFeed(list) {
  list.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || !event.target.classList.contains("message")) return;
    const all = [...list.querySelectorAll(".message")];
    const next = all[all.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  keepEnd(list);
}
