// Starts the page: reads who and where from the address, draws everything once, then follows what changes.
import { drawHeader } from "./channel.js";
import { drawClock, openClockMenu } from "./clock.js";
import { createComposer } from "./composer.js";
import { refreshTimes } from "./dates.js";
import { byId, fill, h } from "./dom.js";
import { recallDismissed } from "./editing.js";
import { misbehaving, patchFaults } from "./faults.js";
import { drawFeed, watchFeed } from "./feed.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { drawModals } from "./modal.js";
import { drawPane, drawThread } from "./pane.js";
import { personButton } from "./people.js";
import { addressed, become, channelNamed, closePane, goHome, goTo, toggleTool } from "./places.js";
import { watchPopovers } from "./popover.js";
import { channelTitle, currentChannel, on, session, setting } from "./session.js";
import { closeDrawer, drawSidebar, openSwitcher, toggleDrawer } from "./sidebar.js";
import { act, connect, refresh } from "./sync.js";
import { patchTraffic } from "./traffic.js";

const THEMES = { auto: "light", light: "dark", dark: "auto" };

const composer = createComposer({
  label: () => { const channel = currentChannel(); return channel ? `Message ${channel.is_im ? "" : "#"}${channelTitle(channel)}` : "Message"; },
  place: () => `${session.me} ${session.channel}`,
  send: (text) => act(text.startsWith("/") ? "command" : "say", { channel: session.channel, text }),
  commandsWork: true,
});

function drawRail() {
  const tool = (name, mark, label) => h("button", { type: "button", class: `rail-item ${session.tool === name ? "active" : ""}`, "aria-pressed": String(session.tool === name), onclick: () => toggleTool(name) },
    icon(mark, 20), h("span", null, label), name === "faults" && misbehaving() && h("span", { class: "alarm", title: "Slack is misbehaving" }));
  const theme = setting("theme") ?? "auto";
  fill(byId("rail"),
    h("span", { class: "workspace-mark", "aria-hidden": "true" }, (session.team.name ?? "S")[0]),
    h("button", { type: "button", class: `rail-item ${session.tool ? "" : "active"}`, onclick: closePane }, icon("home", 20), h("span", null, "Chat")),
    tool("traffic", "traffic", "Traffic"), tool("faults", "storm", "Faults"), h("span", { class: "grow" }),
    h("button", { type: "button", class: "rail-item", "aria-label": `Colours: ${theme}. Change`, title: `Colours: ${theme}`, onclick: nextTheme }, icon({ auto: "auto", light: "sun", dark: "moon" }[theme], 20)),
    personButton());
}

function nextTheme() {
  setting("theme", THEMES[setting("theme") ?? "auto"]);
  applyTheme();
  drawRail();
}

function applyTheme() {
  document.documentElement.dataset.theme = setting("theme") ?? "auto";
}

function drawPlace() {
  const atHome = session.page === "home";
  byId("home").hidden = !atHome;
  byId("channel").hidden = atHome;
  drawHeader();
  drawBanner();
  drawFoot();
  if (atHome) drawHome();
  else drawFeed();
}

/** Above the messages: what a reader must know before trusting what they see. */
function drawBanner() {
  const sentence = session.bot.connected === false && "The bot is not connected: commands and buttons will fail until it is started.";
  fill(byId("banner"), sentence && [icon("warning", 16), sentence]);
}

/** Below the messages: the composer, or why one cannot write here. */
function drawFoot() {
  const channel = currentChannel();
  const foot = byId("foot");
  const kind = !channel || session.page === "home" ? "none" : channel.is_archived ? "archived" : channel.is_im || channel.is_member ? "composer" : "stranger";
  const shown = `${kind} ${session.me} ${session.channel}`;
  drawHint(kind === "composer" && channel.name === "general");
  if (foot.dataset.shown === shown) return;
  foot.dataset.shown = shown;
  fill(foot, {
    composer: composer.node,
    archived: h("p", { class: "no-composer" }, "You are viewing ", h("strong", null, channelTitle(channel)), ", an archived channel."),
    stranger: h("p", { class: "no-composer" }, icon("hash", 16), h("strong", null, channelTitle(channel)), h("button", { type: "button", class: "button primary", onclick: () => act("join", { channel: session.channel }) }, "Join channel")),
  }[kind]);
  if (kind === "composer") composer.arrive();
}

function drawHint(wanted) {
  const hint = byId("hint");
  hint.hidden = !wanted || setting("hint") === "seen";
  if (hint.hidden || hint.childElementCount) return;
  const command = session.commands[0]?.name ?? "/sev";
  const hide = () => { setting("hint", "seen"); hint.hidden = true; };
  fill(hint, icon("bolt", 16), h("span", { class: "grow" }, "Type ", h("button", { type: "button", class: "link", onclick: () => composer.suggestText(`${command} declare`) }, h("code", null, `${command} declare`)), " to declare your first SEV"),
    h("button", { type: "button", class: "quiet square", "aria-label": "Hide this hint", onclick: hide }, icon("cross", 14)));
}

function drawState() {
  drawSidebar();
  drawRail();
  drawClock();
  drawHeader();
  drawBanner();
  drawFoot();
  patchFaults();
  refreshTimes();
}

function listen() {
  on("state", () => { drawState(); if (session.page === "channel" && session.messages.length) drawFeed(); });
  on("place", () => { closeDrawer(); drawPlace(); drawSidebar(); drawRail(); drawPane(); });
  on("messages", () => session.page === "channel" && drawFeed());
  on("thread", drawThread);
  on("traffic", patchTraffic);
  on("views", () => { drawModals(); if (session.page === "home") drawHome(); });
  byId("menu").addEventListener("click", toggleDrawer);
  byId("shade").addEventListener("click", closeDrawer);
  byId("clock").addEventListener("click", openClockMenu);
  byId("search").addEventListener("click", openSwitcher);
  byId("to-end").addEventListener("click", () => { byId("messages").scrollTop = byId("messages").scrollHeight; });
  addEventListener("keydown", shortcut);
  addEventListener("hashchange", start);
  setInterval(drawClock, 1000);
}

function shortcut(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openSwitcher();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    closeDrawer();
    if ((session.thread || session.tool) && byId("pane").contains(document.activeElement)) closePane();
  }
}

/** Goes to the person and place of the address. Without a name one is who one was, or the first person. */
async function start() {
  const { name, place } = addressed();
  await refresh("state");
  const people = [...session.people.values()].filter((one) => !one.is_bot);
  const wanted = people.find((one) => one.name === name) ?? people.find((one) => one.id === setting("person")) ?? people[0];
  if (!wanted) return;
  session.channel = "";
  if (wanted.id !== session.me) await become(wanted.id);
  else {
    connect();
    refresh("views");
  }
  if (place === "home") await goHome();
  else await goTo(channelNamed(place));
}

function decorate() {
  fill(byId("menu"), icon("menu", 20));
  byId("search").prepend(icon("search", 15));
  byId("to-end").append(icon("down", 14));
}

applyTheme();
decorate();
recallDismissed();
watchPopovers();
watchFeed(byId("messages"));
setInterval(refreshTimes, 20_000);
listen();
start();
