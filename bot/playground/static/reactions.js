// Reactions under a message, and the small picker that adds one.
import { button } from "./controls.js";
import { h } from "./dom.js";
import { emojiNode } from "./mrkdwn.js";
import { emojiPicture, hasPicture } from "./emojiart.js";
import { FAVOURITES, emojiFor, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";
import { person, session } from "./session.js";
import { act } from "./sync.js";

export function react(message, name, remove = false) {
  return act("react", { channel: session.channel, ts: message.ts, name, remove });
}

/** The pills under a message; pressing one adds or takes back one's own. */
export function reactionBar(message) {
  if (!message.reactions?.length) return null;
  const add = ({ currentTarget }) => pickReaction(currentTarget, message);
  return h("div", { class: "reactions" }, message.reactions.map((one) => pill(message, one)),
    button("pill add", add, icon("addSmile", 16), { "aria-label": "Add reaction" }));
}

function pill(message, { name, users, count }) {
  const mine = users.includes(session.me);
  const who = users.map((id) => (id === session.me ? "you" : person(id).real_name)).join(", ");
  const label = `${name.replaceAll("_", " ")}, ${count}: ${who}`;
  return button(`pill ${mine ? "mine" : ""}`, () => react(message, name, mine), [emojiNode(name), h("span", null, String(count))],
    { "aria-pressed": String(mine), "aria-label": label, title: `${who} reacted with :${name}:` });
}

export function pickReaction(opener, message) {
  openEmojiPicker(opener, (name) => react(message, name));
}

/** A searchable grid of emoji; `choose` gets the name. */
export function openEmojiPicker(opener, choose) {
  const grid = h("div", { class: "emoji-grid" });
  const draw = () => {
    const word = search.value.trim().toLowerCase().replaceAll(":", "");
    const found = findEmoji(word).filter(([name, character]) => hasPicture(name, character, { grey: Boolean(word) })).map(([name]) => name);
    const names = word ? found : [...new Set([...FAVOURITES, ...found])];
    grid.replaceChildren(...names.map(cell));
    if (!names.length) grid.append(h("p", { class: "faint" }, "No emoji of that name."));
  };
  const take = (name) => {
    closePopover();
    choose(name);
  };
  const cell = (name) => button("quiet", () => take(name), h("span", { class: "emoji" }, emojiPicture(name, emojiFor(name))),
    { title: `:${name}:`, "aria-label": name.replaceAll("_", " ") });
  const search = h("input", { class: "field", type: "search", placeholder: "Search emoji", "aria-label": "Search emoji", oninput: draw });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") grid.querySelector("button")?.click(); });
  draw();
  if (openPopover(opener, h("div", { class: "emoji-picker" }, search, grid), { label: "Choose an emoji" })) search.focus();
}
