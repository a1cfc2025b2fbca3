// rich_text blocks: what people's own messages and some of the bot's texts come as.
import { h } from "./dom.js";
import { markTime } from "./dates.js";
import { anchor, channelMention, emojiNode, groupName, userMention } from "./mrkdwn.js";

const LEAVES = {
  text: ({ text }) => text.split(/(\n)/).map((piece) => (piece === "\n" ? h("br") : piece)),
  link: ({ url, text }) => anchor(url, text || url),
  user: ({ user_id }) => userMention(user_id),
  channel: ({ channel_id }) => channelMention(channel_id),
  usergroup: ({ usergroup_id }) => h("span", { class: "mention" }, groupName(usergroup_id)),
  broadcast: ({ range }) => h("span", { class: "mention broadcast" }, `@${range}`),
  emoji: ({ name }) => emojiNode(name),
  date: ({ timestamp, format }) => markTime(h("time"), timestamp, format),
  color: ({ value }) => [h("span", { class: "swatch", style: { "--swatch": value } }), value],
};

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function leaf(element) {
  const drawn = LEAVES[element.type]?.(element) ?? element.text ?? "";
  const styles = Object.keys(STYLES).filter((name) => element.style?.[name]);
  return styles.reduce((inner, name) => h(STYLES[name], null, inner), drawn);
}

const inner = (element) => (element.elements ?? []).map(leaf);

const PARTS = {
  rich_text_section: (part) => h("div", null, inner(part)),
  rich_text_quote: (part) => h("blockquote", null, inner(part)),
  rich_text_preformatted: (part) => h("pre", null, inner(part)),
  rich_text_list: ({ style, indent = 0, offset, elements }) => h(style === "ordered" ? "ol" : "ul",
    { class: `indent-${indent}`, start: offset ? offset + 1 : null }, elements.map((item) => h("li", null, inner(item)))),
};

/** Draws one rich_text block. */
export function richText(block) {
  return h("div", { class: "rich-text" }, block.elements.map((part) => PARTS[part.type]?.(part)));
}
