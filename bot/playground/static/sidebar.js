// The left side: workspace, channels, direct messages, the app.
import { button, row } from "./controls.js";
import { byId, h, redraw } from "./dom.js";
import { askFor, openList } from "./dialog.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { avatar, openDirect } from "./people.js";
import { goHome, goTo } from "./places.js";
import { appPerson, channelTitle, everybody, session } from "./session.js";
import { act, refresh } from "./sync.js";

export function drawSidebar() {
  const channels = [...session.channels.values()];
  const { me, page, channel, people, team, bot } = session;
  redraw(byId("sidebar"), [me, page, channel, people.size, team, bot, channels.map(shownOf)], () => [
    h("div", { class: "workspace" }, h("strong", null, team.name ?? "Local Slack"), h("span", { class: "faint" }, "local")),
    h("div", { class: "sidebar-scroll" },
      group("Channels", channelItems(channels)), group("Direct messages", directItems(channels)), group("Apps", [appItem(channels)])),
  ]);
}

const shownOf = (one) => [one.id, one.name, one.is_private, one.is_member, one.is_archived, one.unread];

/** "5 members" */
export function members({ members: { length } }) {
  return `${length} ${length === 1 ? "member" : "members"}`;
}

const byName = (one, other) => one.name.localeCompare(other.name, "en", { numeric: true });

/** The sign before a channel's name: # or a lock. */
export function channelMark(channel, size) {
  return icon(channel.is_private ? "lock" : "hash", size);
}

function group(title, items) {
  const list = h("ul", null, items.map((item) => h("li", null, item)));
  return h("section", { class: "side-group", "aria-label": title }, h("h2", null, title), list);
}

function sideItem({ key, active, unread, mark, words, go, after }) {
  const kind = [active && "active", unread && "unread"].filter(Boolean).join(" ");
  const follow = () => {
    closeDrawer();
    go();
  };
  const content = [mark, h("span", { class: "grow" }, words, Boolean(unread) && h("span", { class: "sr-only" }, " (unread)")), after];
  return button(`side-item ${kind}`, follow, content, { "aria-current": active ? "page" : null, "data-field": key });
}

const isOpen = (channel) => session.page === "channel" && channel?.id === session.channel;

/** The channels one is in, and the one that is looked at. */
function channelItems(channels) {
  const shown = channels.filter((one) => !one.is_im && ((one.is_member && !one.is_archived) || one.id === session.channel));
  const items = shown.sort(byName).map((one) => sideItem({
    key: one.id, active: isOpen(one), unread: one.unread, words: one.name, mark: channelMark(one, 16), go: () => goTo(one.id),
  }));
  return [...items, sideItem({ key: "browse", words: "Browse channels", mark: icon("plus", 16), go: browse })];
}

/** Everybody one could write to: those with a conversation first, and no bots, which live under Apps. */
function directItems(channels) {
  const open = new Map(channels.filter((one) => one.is_im).map((one) => [one.im_user, one]));
  return [...session.people.values()].filter((one) => !one.is_bot && one.id !== session.me)
    .sort((one, other) => open.has(other.id) - open.has(one.id))
    .map((one) => sideItem({
      key: one.id, active: isOpen(open.get(one.id)), unread: open.get(one.id)?.unread, words: one.real_name,
      mark: avatar(one, 20), go: () => openDirect(one.id),
    }));
}

function appItem(channels) {
  const direct = channels.find((one) => one.is_im && one.im_user === session.bot.user_id);
  const state = session.bot.connected ? "The bot is connected" : "The bot is not connected";
  return sideItem({
    key: "app", active: session.page === "home" || isOpen(direct), unread: direct?.unread,
    words: appPerson().real_name, mark: avatar(appPerson(), 20),
    go: () => (direct?.unread ? goTo(direct.id) : goHome()),
    after: h("span", { class: `dot ${session.bot.connected ? "on" : ""}`, title: state }),
  });
}

/** All channels one may see, archived ones last. */
function browse() {
  const describe = (one) => {
    const state = one.is_archived ? "archived" : one.is_member ? "joined" : "not joined";
    return [state, members(one), plain(one.topic)].filter(Boolean).join(" · ");
  };
  const line = (close) => (one) => row(() => { close(); goTo(one.id); }, channelMark(one, 18), one.name, describe(one));
  return openList("Channels", "Find a channel", (word, close) => [...session.channels.values()]
    .filter((one) => !one.is_im && one.name.includes(word))
    .sort((one, other) => one.is_archived - other.is_archived || byName(one, other))
    .map(line(close)));
}

/** Jump to a place by typing a part of its name. */
export function openSwitcher() {
  const channels = [...session.channels.values()].filter((one) => !one.is_im && !one.is_archived);
  const people = everybody().filter((one) => one.id !== session.me);
  const places = [
    ...channels.map((one) => ({ words: one.name, mark: channelMark(one, 18), go: () => goTo(one.id) })),
    ...people.map((one) => ({ words: one.real_name, mark: avatar(one, 20), go: () => openDirect(one.id) })),
  ];
  return openList("Jump to", "Channel or person", (word, close) => places
    .filter(({ words }) => words.toLowerCase().includes(word)).slice(0, 12)
    .map(({ words, mark, go }) => row(() => { close(); go(); }, mark, words)));
}

export function toggleDrawer() {
  const open = document.body.classList.toggle("drawer");
  byId("menu").setAttribute("aria-expanded", String(open));
}

export function closeDrawer() {
  if (document.body.classList.contains("drawer")) toggleDrawer();
}

/** What a channel's own menu offers: topic, name, joining or leaving, archiving. */
export function channelMenu(channel) {
  const name = `#${channelTitle(channel)}`;
  const change = async (path, body = {}) => {
    await act(path, { channel: channel.id, ...body });
    await refresh("state");
  };
  const ask = async (path, title, key, value) => {
    const text = await askFor(title, title, value, "Save");
    if (text !== null) await change(path, { [key]: text });
  };
  return [
    { label: "Set the topic", mark: icon("edit", 16), run: () => ask("topic", "Topic", "topic", plain(channel.topic)) },
    { label: "Rename", mark: icon("hash", 16), run: () => ask("rename", "Channel name", "name", channel.name) },
    null,
    channel.is_member ? { label: `Leave ${name}`, danger: true, mark: icon("left", 16), run: () => change("leave") }
      : { label: `Join ${name}`, mark: icon("plus", 16), run: () => change("join") },
    { label: "Archive for everyone", danger: true, mark: icon("file", 16), run: () => change("archive") },
  ];
}
