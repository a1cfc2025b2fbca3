// Slack's mrkdwn → DOM. Only Slack's three entities are undone, and every piece of text becomes a text node.
import { h } from "./dom.js";
import { markTime, dateText } from "./dates.js";
import { emojiFor } from "./emoji.js";
import { emojiPicture } from "./emojiart.js";
import { followPermalink, goTo } from "./places.js";
import { channelTitle, person, session } from "./session.js";
import { openDirect } from "./people.js";

// Stands for a finished piece (code, link, mention) while styles are looked for; no text may hold this noncharacter.
const ATOM = "\uFDD0";
const STYLES = [["\\*", "strong"], ["_", "em"], ["~", "s"]].map(([mark, tag]) => {
  const word = `[\\p{L}\\p{N}${mark}]`;
  const inner = `[^\\s${mark}](?:[^${mark}\\n]*[^\\s${mark}])?`;
  return { tag, pattern: new RegExp(`(?<!${word})${mark}(${inner})${mark}(?!${word})`, "u") };
});
const QUOTED = /^(&gt;|>) ?/;

/** `&amp; &lt; &gt;` once, and nothing else: that is all Slack escapes. */
export function unescaped(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** Draws a mrkdwn text as nodes. */
export function mrkdwn(text) {
  const pieces = text.replaceAll(ATOM, "").split(/\n?(```[\s\S]+?```)\n?/);
  return pieces.flatMap((piece, index) => {
    if (index % 2) return [h("pre", null, plain(piece.slice(3, -3).replace(/^\n|\n$/g, "")))];
    return piece ? quotes(piece) : [];
  });
}

function quotes(text) {
  const runs = [];
  for (const line of text.split("\n")) {
    const quoted = QUOTED.test(line);
    const words = quoted ? line.replace(QUOTED, "") : line;
    if (runs.at(-1)?.quoted === quoted) runs.at(-1).lines.push(words);
    else runs.push({ quoted, lines: [words] });
  }
  return runs.flatMap(({ quoted, lines }) => {
    const nodes = inline(lines.join("\n"));
    return quoted ? [h("blockquote", null, nodes)] : nodes;
  });
}

function inline(text) {
  const atoms = [];
  const keep = (node) => {
    atoms.push(node);
    return ATOM;
  };
  // One pass for both kinds, since atoms are used up in the order in which they stand.
  const flat = text.replace(/`([^`\n]+)`|<([^<>\n]+)>/g, (_, code, inner) => keep(code ? h("code", null, plain(code)) : angle(inner)));
  return styled(flat, atoms);
}

/** Finds the outermost styles; what they hold is searched again. Atoms are used up from left to right. */
function styled(text, atoms) {
  const nodes = [];
  let rest = text;
  for (let found = firstStyle(rest); found; found = firstStyle(rest)) {
    nodes.push(...leaves(rest.slice(0, found.from), atoms), h(found.tag, null, styled(found.inner, atoms)));
    rest = rest.slice(found.to);
  }
  return [...nodes, ...leaves(rest, atoms)];
}

function firstStyle(text) {
  let first = null;
  for (const { tag, pattern } of STYLES) {
    const match = pattern.exec(text);
    if (!match || (first && first.from <= match.index)) continue;
    first = { tag, from: match.index, to: match.index + match[0].length, inner: match[1] };
  }
  return first;
}

function leaves(text, atoms) {
  return text.split(/(\uFDD0|\n|:[a-z0-9_+'-]+(?:::skin-tone-\d)?:|https?:\/\/[^\s<>\uFDD0]+[^\s<>\uFDD0.,;:!?)\]}'"])/).map((piece) => {
    if (piece === ATOM) return atoms.shift();
    if (piece === "\n") return h("br");
    if (/^https?:/.test(piece)) return anchor(unescaped(piece), unescaped(piece));
    return emojiOr(piece) ?? unescaped(piece);
  });
}

function emojiOr(piece) {
  const name = /^:(.+):$/.exec(piece)?.[1];
  const character = name && emojiFor(name);
  return character && emojiNode(name, character);
}

/** An emoji as a picture; one that this browser has no picture for shows its code. */
export function emojiNode(name, character = emojiFor(name)) {
  if (!character) return `:${name}:`;
  const label = name.replaceAll("_", " ");
  return h("span", { class: "emoji", role: "img", "aria-label": label, title: `:${name}:` }, emojiPicture(name, character));
}

/** plain_text: emoji codes are drawn, nothing else is. */
export function plainText(text) {
  return text.split(/(:[a-z0-9_+'-]+(?:::skin-tone-\d)?:)/).map((piece) => emojiOr(piece) ?? unescaped(piece));
}

/** A text object of Block Kit, of either kind. */
export function textObject(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plainText(object.text);
}

/** One line of bare words: for notifications, previews and names. */
export function plain(text) {
  const named = text.replace(/<([^<>\n]+)>/g, (_, inner) => words(inner));
  return unescaped(named.replace(/:([a-z0-9_+'-]+):/g, (code, name) => emojiFor(name) ?? code));
}

function words(inner) {
  const [target, label] = split(inner);
  if (target.startsWith("@")) return `@${person(target.slice(1)).real_name}`;
  if (target.startsWith("#")) return `#${channelTitle(session.channels.get(target.slice(1))) || label || "private-channel"}`;
  if (target.startsWith("!date^")) return dateWords(inner).text;
  if (target.startsWith("!subteam^")) return groupName(target.slice(9), label);
  if (target.startsWith("!")) return label || `@${target.slice(1)}`;
  return label || target;
}

/** `@engineers`; a group that is not known shows its label or id. */
export function groupName(id, label = "") {
  const group = session.usergroups?.find((one) => one.id === id);
  return group ? `@${group.handle}` : label || `@${id}`;
}

function split(inner) {
  const bar = inner.indexOf("|");
  return bar < 0 ? [inner, ""] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

function angle(inner) {
  const [target, label] = split(inner);
  if (target.startsWith("@")) return userMention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateMention(inner);
  if (target.startsWith("!")) return h("span", { class: "mention broadcast" }, words(inner));
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return document.createTextNode(`<${unescaped(inner)}>`);
  return anchor(unescaped(target), unescaped(label || target));
}

export function userMention(id) {
  const mine = id === session.me ? " me" : "";
  return h("button", { type: "button", class: `mention${mine}`, onclick: () => openDirect(id) }, `@${person(id).real_name}`);
}

export function channelMention(id, label = "") {
  const channel = session.channels.get(id);
  if (!channel) return h("span", { class: "mention" }, `#${label || "private-channel"}`);
  return h("button", { type: "button", class: "mention", onclick: () => goTo(id) }, `#${channelTitle(channel)}`);
}

function dateWords(inner) {
  const [, at, format, rest = ""] = inner.split("^");
  const [link, fallback] = inner.split("^").length > 3 ? split(rest) : ["", ""];
  const [tokens, late] = split(format);
  const seconds = Number(at);
  return { seconds, tokens, link, text: Number.isFinite(seconds) ? dateText(seconds, tokens) : fallback || late };
}

function dateMention(inner) {
  const { seconds, tokens, link, text } = dateWords(inner);
  if (!Number.isFinite(seconds)) return document.createTextNode(text);
  const time = markTime(h("time"), seconds, unescaped(tokens));
  return link ? anchor(unescaped(link), time) : time;
}

/** A link that may be followed: web and mail addresses only. Permalinks stay inside the page. */
export function anchor(href, label) {
  if (!/^(https?:|mailto:)/i.test(href)) return document.createTextNode(typeof label === "string" ? label : label.textContent);
  const follow = (event) => { if (followPermalink(href)) event.preventDefault(); };
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", onclick: follow }, label);
}
