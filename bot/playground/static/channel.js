// The top of a channel: name, topic, members, pins, bookmarks.
import { button, row } from "./controls.js";
import { byId, h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { anchor, emojiNode, plain } from "./mrkdwn.js";
import { avatar, avatarStack, openDirect, openMembers } from "./people.js";
import { goHome, goTo } from "./places.js";
import { closePopover, openMenu, openPopover } from "./popover.js";
import { appPerson, channelTitle, currentChannel, person, session } from "./session.js";
import { channelMark, channelMenu, members } from "./sidebar.js";

export function drawHeader() {
  const channel = currentChannel();
  const withApp = session.page === "home" || channel?.im_user === session.bot.user_id;
  const depends = [session.page, session.me, session.people.size, channel];
  redraw(byId("place-title"), depends, () => (withApp ? appTitle() : channelName(channel)));
  redraw(byId("place-tools"), depends, () => !withApp && channel && channelTools(channel));
  redraw(byId("tabs"), depends, () => (withApp ? appTabs() : channel && bookmarks(channel)));
  byId("tabs").hidden = !byId("tabs").children.length;
  document.title = `${withApp ? appPerson().real_name : channelTitle(channel)} | ${session.team.name ?? "Slack"} (local)`;
}

function appTitle() {
  return h("h1", null, avatar(appPerson(), 24), appPerson().real_name, h("span", { class: "badge" }, "APP"));
}

function channelName(channel) {
  if (!channel) return h("h1", null, "…");
  if (channel.is_im) return h("h1", null, avatar(person(channel.im_user), 24), channelTitle(channel));
  const open = ({ currentTarget }) => openMenu(currentTarget, channelMenu(channel), "Channel");
  const name = [channelMark(channel, 20), h("span", { class: "cut" }, channel.name), icon("down", 14)];
  return [
    h("h1", null, button("quiet name", open, name, { "aria-haspopup": "menu", "data-field": "name" })),
    h("p", { class: "topic", title: plain(channel.topic) || null }, plain(channel.topic)),
  ];
}

function channelTools(channel) {
  const pins = channel.pins?.length ?? 0;
  const count = channel.members.length;
  const openThem = ({ currentTarget }) => openPins(currentTarget, channel);
  return [
    pins > 0 && button("quiet", openThem, [icon("pin", 16), String(pins)],
      { "aria-label": `${pins} pinned`, title: "Pinned messages", "data-field": "pins" }),
    !channel.is_im && button("quiet members", () => openMembers(channel), [avatarStack(channel.members, 22), String(count)],
      { "aria-label": members(channel), title: "Members", "data-field": "members" }),
  ];
}

function openPins(opener, channel) {
  const shown = channel.pins.map((ts) => session.messages.find((message) => message.ts === ts)).filter(Boolean);
  const pin = (message) => {
    const author = person(message.user);
    const follow = () => {
      closePopover();
      goTo(channel.id, { target: message.ts });
    };
    return row(follow, avatar(author, 24), author.real_name, plain(message.text ?? "").slice(0, 140));
  };
  openPopover(opener, [h("h2", { class: "card-title" }, "Pinned"), shown.map(pin)], { label: "Pinned messages" });
}

function bookmarks(channel) {
  return (channel.bookmarks ?? []).map((one) => {
    const mark = one.emoji ? emojiNode(one.emoji.replaceAll(":", "")) : icon("bookmark", 15);
    return h("span", { class: "bookmark" }, anchor(one.link ?? "", h("span", null, mark, " ", plain(one.title))));
  });
}

function appTabs() {
  const atHome = session.page === "home";
  const tab = (label, active, onclick) =>
    button(`tab ${active ? "active" : ""}`, onclick, label, { "aria-current": active ? "page" : null, "data-field": label });
  return [tab("Home", atHome, goHome), tab("Messages", !atHome, () => openDirect(session.bot.user_id, { messages: true }))];
}
