// People: their pictures, their direct messages, and becoming one of them.
import { button } from "./controls.js";
import { openList } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { become, goHome, goTo } from "./places.js";
import { openMenu } from "./popover.js";
import { everybody, me, person, session } from "./session.js";
import { members } from "./sidebar.js";
import { act, refresh } from "./sync.js";

function initials({ real_name: name }) {
  const words = name.split(/\s+/).filter(Boolean);
  return (words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "");
}

/** A coloured square with initials; apps have a drawing. */
export function avatar(one, size = 36) {
  const style = { "--size": `${size}px`, "--tint": `#${(one.avatar_color ?? "5b5b66").replace("#", "")}` };
  const picture = one.is_bot ? icon("siren", Math.round(size * 0.66)) : initials(one);
  return h("span", { class: `avatar ${one.is_bot ? "app" : ""}`, style, "aria-hidden": "true" }, picture);
}

export function avatarStack(ids, size = 20, most = 3) {
  return h("span", { class: "avatar-stack" }, ids.slice(0, most).map((id) => avatar(person(id), size)));
}

/** Opens the conversation with somebody; the app opens at its App Home, unless its messages are asked for. */
export async function openDirect(id, { messages = false } = {}) {
  if (id === session.bot.user_id && !messages) return goHome();
  if (id === session.me) return null;
  const answer = await act("open_dm", { user: id });
  if (!answer) return null;
  await refresh("state");
  const direct = [...session.channels.values()].find((one) => one.is_im && one.im_user === id);
  return direct && goTo(direct.id);
}

/** The menu that makes one somebody else. */
function openPersonMenu({ currentTarget }) {
  const people = [...session.people.values()].filter((one) => !one.is_bot);
  const other = people.find((one) => one.id !== session.me);
  const item = (one) => ({
    label: one.real_name, hint: describe(one), mark: avatar(one, 28), checked: one.id === session.me, run: () => become(one.id),
  });
  const twice = {
    label: "Be two people at once", hint: "Opens this page again in a new tab", mark: icon("plus", 20),
    run: () => open(`${location.pathname}#/${other?.name ?? ""}/`, "_blank"),
  };
  openMenu(currentTarget, [...people.map(item), null, twice], "Be somebody else");
}

function describe(one) {
  const zone = one.tz?.split("/").at(-1).replaceAll("_", " ");
  return [`@${one.name}`, one.is_guest && "guest", one.title, zone].filter(Boolean).join(" · ");
}

/** Who is in a channel; members may add people and take them out. */
export function openMembers(channel) {
  const isInside = (one) => session.channels.get(channel.id).members.includes(one.id);
  const line = (close) => (one) => {
    const inside = isInside(one);
    const change = async () => {
      await act(inside ? "kick" : "invite", { channel: channel.id, user: one.id });
      await refresh("state");
      close();
    };
    const visit = () => {
      close();
      openDirect(one.id);
    };
    return h("div", { class: "row" }, avatar(one, 32),
      button("grow", visit, [h("strong", null, one.real_name), h("small", null, describe(one))]),
      (one.id !== session.me || inside) && button("button small", change, inside ? "Remove" : "Add"));
  };
  return openList(members(channel), "Find people", (word, close) => everybody()
    .filter((one) => `${one.real_name} ${one.name}`.toLowerCase().includes(word))
    .sort((one, other) => isInside(other) - isInside(one))
    .map(line(close)));
}

/** The picture of the person one is; it opens the menu of people. */
export function personButton() {
  const one = me();
  if (!one) return null;
  const words = `You are ${one.real_name}`;
  return button("person-button", openPersonMenu, [avatar(one, 36), h("span", { class: "presence", "aria-hidden": "true" })],
    { "data-field": "person", "aria-haspopup": "menu", "aria-label": `${words}. Be somebody else`, title: words });
}
