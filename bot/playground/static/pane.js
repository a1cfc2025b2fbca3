// The right side: a thread, or one of the tools.
import { byId, fill, h } from "./dom.js";
import { createComposer } from "./composer.js";
import { iconButton } from "./controls.js";
import { drawFaults } from "./faults.js";
import { isAtEnd, patchMessages, visible, watchFeed } from "./feed.js";
import { closePane } from "./places.js";
import { channelTitle, currentChannel, session } from "./session.js";
import { act, notice } from "./sync.js";
import { drawTraffic } from "./traffic.js";

let thread = null;
let before = null;

/** Shows what belongs in the side pane, or hides it; focus goes back to where it came from. */
export function drawPane() {
  const pane = byId("pane");
  const kind = session.thread ? `thread ${session.channel} ${session.thread}` : session.tool;
  if (pane.dataset.kind !== kind) {
    if (kind && pane.hidden) before = document.activeElement;
    pane.dataset.kind = kind;
    pane.hidden = !kind;
    document.body.classList.toggle("with-pane", Boolean(kind));
    if (!kind) return giveFocusBack();
    ({ thread: buildThread, traffic: buildTraffic, faults: buildFaults })[kind.split(" ")[0]](pane);
  }
  if (session.thread) drawThread();
  return undefined;
}

function giveFocusBack() {
  thread = null;
  if (before && document.contains(before)) before.focus();
}

function frame(pane, title, under, ...content) {
  pane.setAttribute("aria-label", title);
  const heading = h("div", { class: "grow" }, h("h2", null, title), under && h("p", { class: "faint" }, under));
  fill(pane, h("header", { class: "pane-header" }, heading, iconButton("cross", `Close ${title}`, closePane)), ...content);
}

function buildThread(pane) {
  const channel = currentChannel();
  const list = h("div", { class: "messages", role: "log", "aria-label": "Thread" });
  const ts = session.thread;
  const composer = createComposer({
    label: () => "Reply…", place: () => `thread ${ts}`, commandsWork: false,
    send: (text) => {
      if (!text.startsWith("/")) return act("say", { channel: session.channel, text, thread_ts: ts });
      notice(`${text.split(" ")[0]} is not supported in threads. Sorry!`);
      return null;
    },
  });
  watchFeed(list);
  thread = { list, composer };
  const place = `${channel?.is_im ? "" : "#"}${channelTitle(channel)}`;
  frame(pane, "Thread", place, h("div", { class: "feed" }, list), !channel?.is_archived && composer.node);
  composer.arrive();
  composer.focus();
}

export function drawThread() {
  if (!thread || !session.thread) return;
  const { list } = thread;
  const atEnd = isAtEnd(list);
  patchMessages(list, visible(session.replies, session.thread), { inThread: true });
  const [parent] = list.querySelectorAll(".message");
  parent?.classList.add("parent");
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function buildTraffic(pane) {
  const box = h("div", { class: "tool-body" });
  frame(pane, "API traffic", "Every call and event between Slack and the bot", box);
  drawTraffic(box);
}

function buildFaults(pane) {
  const box = h("div", { class: "tool-body" });
  frame(pane, "Make Slack misbehave", "A good bot loses nothing and repeats nothing", box);
  drawFaults(box);
}
