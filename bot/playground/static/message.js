// One message: author, text or blocks, files, reactions, its thread, and the marks Slack puts on it.
import { avatar, avatarStack, openDirect } from "./people.js";
import { drawAttachment, drawBlocks, localPath } from "./blocks.js";
import { button } from "./controls.js";
import { h } from "./dom.js";
import { clockTime, fullTime, markTime } from "./dates.js";
import { dismiss, editBox } from "./editing.js";
import { icon } from "./icons.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { openThread } from "./places.js";
import { reactionBar } from "./reactions.js";
import { currentChannel, person, session } from "./session.js";
import { Surface } from "./surface.js";

const surfaces = new Map();

/** The surface of a message; what was chosen on it lasts until the bot changes its blocks. */
function surfaceOf(message) {
  const key = `${session.me} ${message.ts} ${Boolean(message.ephemeral)}`;
  const drawn = JSON.stringify([message.blocks, message.attachments]);
  if (surfaces.get(key)?.drawn !== drawn) {
    const container = { type: "message", channel_id: session.channel, message_ts: message.ts, is_ephemeral: Boolean(message.ephemeral) };
    if (message.thread_ts) container.thread_ts = message.thread_ts;
    const surface = new Surface(container, message.state);
    surface.keep(message.blocks ?? []);
    surfaces.set(key, { drawn, surface });
  }
  return surfaces.get(key).surface;
}

function isPinned(message) {
  return Boolean(currentChannel()?.pins?.includes(message.ts)) && !message.ephemeral;
}

/** All that a drawing depends on: the list redraws a message only when this changes. */
export function messageSignature(message, { compact = false, inThread = false } = {}) {
  const around = [session.me, session.editing === message.ts, session.people.size, session.channels.size];
  return JSON.stringify([message, compact, inThread, isPinned(message), around]);
}

/** Draws a message; `compact` leaves out the author, who spoke just before. */
export function drawMessage(message, { compact = false, inThread = false } = {}) {
  const author = authorOf(message);
  const pinned = isPinned(message);
  const isSystem = message.subtype && message.subtype !== "bot_message";
  const kinds = [message.ephemeral && "ephemeral", isSystem && "system", compact && "compact", pinned && "pinned"];
  const label = `${author.real_name}, ${clockTime(Number(message.ts))}`;
  return h("article", { class: ["message", ...kinds.filter(Boolean)].join(" "), "data-ts": message.ts, tabIndex: -1, "aria-label": label },
    message.ephemeral && h("p", { class: "flag" }, icon("eye", 14), "Only visible to you"),
    pinned && h("p", { class: "flag" }, icon("pin", 14), "Pinned"),
    h("div", { class: "gutter" }, compact ? time(message, "hover-time") : avatar(author)),
    h("div", { class: "message-body" },
      !compact && authorLine(message, author),
      session.editing === message.ts ? editBox(message) : content(message),
      message.files?.map(drawFile),
      message.ephemeral && button("link", () => dismiss(message), "Dismiss"),
      reactionBar(message),
      !inThread && threadBar(message)));
}

function authorOf(message) {
  if (message.notice) return { real_name: "Slackbot", is_bot: true };
  const one = person(message.user ?? message.bot_id);
  return message.username ? { ...one, real_name: message.username, is_bot: true } : one;
}

function authorLine(message, author) {
  const badge = author.is_bot ? "APP" : author.is_guest ? "GUEST" : "";
  return h("div", { class: "author-line" },
    button("author", () => message.user && openDirect(message.user), author.real_name, { tabIndex: -1 }),
    badge && h("span", { class: "badge" }, badge), time(message, "stamp"));
}

function time(message, kind) {
  const at = Number(message.ts);
  return h("time", { class: kind, datetime: new Date(at * 1000).toISOString(), title: fullTime(at) }, clockTime(at));
}

function content(message) {
  const surface = surfaceOf(message);
  const edited = message.edited && h("span", { class: "edited", title: fullTime(Number(message.edited.ts)) }, " (edited)");
  // What people type is stored as rich_text without its styles; its mrkdwn text has them.
  const typed = !message.bot_id && message.blocks?.every(({ type }) => type === "rich_text");
  const blocks = message.blocks?.length && !typed ? message.blocks : null;
  return h("div", { class: "content" },
    blocks ? [drawBlocks(blocks, surface), edited] : message.text && h("div", { class: "text" }, mrkdwn(message.text), edited),
    message.attachments?.map((one) => drawAttachment(one, surface)));
}

function drawFile(file) {
  const path = localPath(file.url_private ?? file.permalink);
  const title = plain(file.title || file.name || "file");
  if (path && file.mimetype?.startsWith("image/")) {
    const picture = h("img", { class: "picture large", src: path, alt: file.alt_txt || title, loading: "lazy" });
    return h("figure", { class: "block" }, h("figcaption", null, title), picture);
  }
  const card = [icon("file", 22), h("span", null, h("strong", null, title), h("small", null, file.pretty_type ?? file.filetype ?? "File"))];
  return path ? h("a", { class: "file", href: path, target: "_blank" }, card) : h("div", { class: "file" }, card);
}

function threadBar(message) {
  if (!message.reply_count) return null;
  const last = Number(message.latest_reply ?? message.ts);
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return button("thread-bar", () => openThread(message.ts), [
    avatarStack(message.reply_users ?? [], 24), h("strong", null, count),
    h("span", { class: "faint" }, "Last reply ", markTime(h("time"), last, "{ago}")), icon("right", 14),
  ]);
}
