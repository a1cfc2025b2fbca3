// Starts the page: reads who and where from the address, draws everything once, then follows what changes.
import { drawHeader } from "./channel.js";
import { drawClock, openClockMenu } from "./clock.js";
import { createComposer } from "./composer.js";
import { button, iconButton } from "./controls.js";
import { refreshTimes } from "./dates.js";
import { byId, fill, h } from "./dom.js";
import { recallDismissed } from "./editing.js";
import { patchFaults } from "./faults.js";
import { drawFeed, watchFeed } from "./feed.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { drawModals } from "./modal.js";
import { drawPane, drawThread } from "./pane.js";
import { addressed, become, channelNamed, closePane, followPermalink, goHome, goTo } from "./places.js";
import { watchPopovers } from "./popover.js";
import { applyTheme, drawRail } from "./rail.js";
import { channelTitle, currentChannel, on, remembered, session, setting } from "./session.js";
import { closeDrawer, drawSidebar, openSwitcher, toggleDrawer } from "./sidebar.js";
import { act, connect, refresh } from "./sync.js";
import { drawTour, isTouring, recallTour, toggleTour } from "./tour.js";
import { patchTraffic } from "./traffic.js";

const composer = createComposer({
  label: () => `Message ${currentChannel()?.is_im ? "" : "#"}${channelTitle(currentChannel())}`,
  place: () => `${session.me} ${session.channel}`,
  send,
  commandsWork: true,
});
let recalled = "";

async function send(text) {
  const isCommand = text.startsWith("/");
  const answer = await act(isCommand ? "command" : "say", { channel: session.channel, text });
  if (isCommand && answer) {
    // Whoever has used a command needs no hint any more.
    remembered("hint", "seen");
    drawFoot();
  }
  return answer;
}

function drawPlace() {
  const atHome = session.page === "home";
  byId("home").hidden = !atHome;
  byId("channel").hidden = atHome;
  drawHeader();
  drawFoot();
  if (atHome) drawHome();
  else drawFeed();
}

/** Above the messages: what a reader must know before trusting what they see. */
function drawBanner() {
  const away = session.bot.connected === false;
  fill(byId("banner"), away && [icon("warning", 16), "The bot is not connected: commands and buttons will fail until it is started."]);
}

function footKind(channel) {
  if (!channel || session.page === "home") return "none";
  if (channel.is_archived) return "archived";
  return channel.is_im || channel.is_member ? "composer" : "stranger";
}

/** Below the messages: the composer, or why one cannot write here. */
function drawFoot() {
  const channel = currentChannel();
  const foot = byId("foot");
  const kind = footKind(channel);
  const shown = `${kind} ${session.me} ${session.channel} ${channelTitle(channel)}`;
  drawHint(kind === "composer" && channel.name === "general");
  if (foot.dataset.shown === shown) return;
  foot.dataset.shown = shown;
  fill(foot, FEET[kind](channel));
  if (kind === "composer") composer.arrive();
}

const FEET = {
  none: () => null,
  composer: () => composer.node,
  archived: (channel) => h("p", { class: "no-composer" },
    "You are viewing ", h("strong", null, channelTitle(channel)), ", an archived channel.",
    button("button", () => act("archive", { channel: channel.id, remove: true }), "Unarchive")),
  stranger: (channel) => h("p", { class: "no-composer" }, icon("hash", 16), h("strong", null, channelTitle(channel)),
    button("button primary", () => act("join", { channel: channel.id }), "Join channel")),
};

/** The one thing a newcomer has to know. */
function drawHint(wanted) {
  const hint = byId("hint");
  hint.hidden = !wanted || isTouring() || remembered("hint") === "seen";
  if (hint.hidden || hint.childElementCount) return;
  const command = `${session.commands[0]?.name ?? "/sev"} declare`;
  const hide = () => {
    remembered("hint", "seen");
    hint.hidden = true;
  };
  const link = button("link", () => composer.suggestText(command), h("code", null, command));
  const tour = button("link", toggleTour, "take the tour");
  const sentence = h("span", { class: "grow" }, "Type ", link, " to declare your first SEV, or ", tour, ": it takes three minutes");
  fill(hint, icon("bolt", 16), sentence, iconButton("cross", "Hide this hint", hide));
}

/** What this browser kept belongs to one workspace: a demo that was reset is another one. */
function recall() {
  if (recalled === session.identity) return;
  recalled = session.identity;
  recallDismissed();
  recallTour((text) => composer.suggestText(text));
}

function drawState() {
  recall();
  drawSidebar();
  drawRail();
  drawClock();
  drawHeader();
  drawBanner();
  drawFoot();
  patchFaults();
  refreshTimes();
  drawTour();
  if (session.page === "channel" && session.messages.length) drawFeed();
}

function listen() {
  on("state", drawState);
  on("place", () => { closeDrawer(); drawPlace(); drawSidebar(); drawRail(); drawPane(); drawTour(); });
  on("messages", () => session.page === "channel" && drawFeed());
  on("messages", drawTour);
  on("tour", () => { drawTour(); drawRail(); drawFoot(); });
  on("thread", drawThread);
  on("traffic", patchTraffic);
  on("views", () => { drawModals(); if (session.page === "home") drawHome(); });
  byId("menu").addEventListener("click", toggleDrawer);
  byId("shade").addEventListener("click", closeDrawer);
  byId("clock").addEventListener("click", openClockMenu);
  byId("search").addEventListener("click", openSwitcher);
  byId("to-end").addEventListener("click", () => { byId("messages").scrollTop = byId("messages").scrollHeight; });
  addEventListener("keydown", pressed);
  addEventListener("hashchange", start);
  setInterval(drawClock, 1000);
  setInterval(refreshTimes, 20_000);
  // The bot's coming is no change of the workspace, so it is asked for while it is away.
  setInterval(() => session.bot.connected === false && refresh("state"), 3000);
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) openSwitcher();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    closeDrawer();
    if (byId("pane").contains(document.activeElement)) closePane();
  }
}

/** Goes to the person and place of the address. Without a name one is who one was, or the first person. */
async function start() {
  const { name, place } = addressed();
  const permalink = location.pathname === "/" ? "" : location.href;
  await refresh("state");
  const people = [...session.people.values()].filter((one) => !one.is_bot);
  const wanted = people.find((one) => one.name === name) ?? people.find((one) => one.id === setting("person")) ?? people[0];
  if (!wanted) return;
  if (wanted.id === session.me) await Promise.all([connect(), refresh("views")]);
  else await become(wanted.id);
  if (permalink && followPermalink(permalink)) return;
  if (place === "home") await goHome();
  else await goTo(channelNamed(place));
}

applyTheme();
fill(byId("menu"), icon("menu", 20));
byId("search").prepend(icon("search", 15));
byId("to-end").append(icon("down", 14));
watchPopovers();
watchFeed(byId("messages"));
listen();
start();
