// What the composer offers while one types: commands after "/", people after "@", channels after "#", emoji after ":".
import { h } from "./dom.js";
import { findEmoji } from "./emoji.js";
import { emojiPicture } from "./emojiart.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { everybody, session } from "./session.js";
import { channelMark } from "./sidebar.js";

const MOST = 7;

const OFFERS = {
  "@": (word) => everybody().filter((one) => `${one.name} ${one.real_name}`.toLowerCase().includes(word))
    .map((one) => ({ text: `@${one.name} `, label: one.real_name, hint: `@${one.name}`, mark: avatar(one, 20) })),
  "#": (word) => [...session.channels.values()].filter((one) => !one.is_im && !one.is_archived && one.name.includes(word))
    .map((one) => ({ text: `#${one.name} `, label: one.name, mark: channelMark(one, 16) })),
  ":": (word) => findEmoji(word).map(([name, character]) => ({
    text: `${character} `, label: `:${name}:`, mark: h("span", { class: "emoji" }, emojiPicture(name, character)),
  })),
};

/**
 * What may be meant by the text before the caret: `{from, rows: [{text, label, hint, mark}], passive}`, or null. A row's
 * text replaces what stands from `from` on; passive rows only explain.
 */
export function offersFor(before, commandsWork) {
  if (before.startsWith("/")) return commandsWork ? commandOffers(before) : null;
  const [, mark, word] = /(?:^|\s)([@#:])([\w.+-]*)$/.exec(before) ?? [];
  if (!mark || (mark === ":" && word.length < 2)) return null;
  const rows = OFFERS[mark](word.toLowerCase()).slice(0, MOST);
  return rows.length ? { from: before.length - word.length - 1, rows, passive: false } : null;
}

function commandOffers(before) {
  const [word, ...rest] = before.split(/\s/);
  const passive = rest.length > 0;
  const fitting = session.commands.filter(({ name }) => (passive ? name === word : name.startsWith(word)));
  const rows = fitting.map(({ name, description, usage_hint: usage }) => ({
    text: `${name} `, hint: description, mark: icon("bolt", 16),
    label: [h("strong", null, name), " ", h("span", { class: "faint" }, usage)],
  }));
  return rows.length ? { from: 0, rows, passive } : null;
}
