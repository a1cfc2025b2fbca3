// One message: author, text or blocks, files, reactions, its thread, and the marks Slack puts on it.
import { avatar, avatarStack, openDirect } from "./people.js";
import { drawAttachment, drawBlocks, localPath } from "./blocks.js";
import { h } from "./dom.js";
import { ago, clockTime, fullTime } from "./dates.js";
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
    const surface = new Surface(container);
    surface.keep(message.blocks ?? []);
    surfaces.set(key, { drawn, surface });
  }
  return surfaces.get(key).surface;
}

export function isPinned(message) {
  return Boolean(currentChannel()?.pins?.includes(message.ts)) && !message.ephemeral;
}

/** All that a drawing depends on: the list redraws a message only when this changes. */
export function messageSignature(message, { compact = false, inThread = false } = {}) {
  return JSON.stringify([message, compact, inThread, isPinned(message), session.me, session.editing === message.ts, session.people.size, session.channels.size]);
}

/** Draws a message; `compact` leaves out the author, who spoke just before. */
export function drawMessage(message, { compact = false, inThread = false } = {}) {
  const author = authorOf(message);
  const pinned = isPinned(message);
  const kind = [message.ephemeral && "ephemeral", message.subtype && message.subtype !== "bot_message" && "system", compact && "compact", pinned && "pinned"].filter(Boolean).join(" ");
  return h("article", { class: `message ${kind}`, "data-ts": message.ts, tabIndex: -1, "aria-label": `${author.real_name}, ${clockTime(Number(message.ts))}` },
    message.ephemeral && h("p", { class: "flag" }, icon("eye", 14), "Only visible to you"),
    pinned && h("p", { class: "flag" }, icon("pin", 14), "Pinned"),
    h("div", { class: "gutter" }, compact ? time(message, "hover-time") : avatar(author)),
    h("div", { class: "message-body" },
      !compact && authorLine(message, author),
      session.editing === message.ts ? editBox(message) : content(message),
      message.files?.map(drawFile),
      message.ephemeral && h("p", { class: "faint" }, h("button", { type: "button", class: "link", onclick: () => dismiss(message) }, "Dismiss")),
      reactionBar(message),
      !inThread && threadBar(message)));
}

function authorOf(message) {
  if (message.notice) return { real_name: "Slackbot", is_bot: true };
  const one = person(message.user ?? message.bot_id);
  return message.username ? { ...one, real_name: message.username, is_bot: true } : one;
}

function authorLine(message, author) {
  return h("div", { class: "author-line" },
    h("button", { type: "button", class: "plain author", tabIndex: -1, onclick: () => message.user && openDirect(message.user) }, author.real_name),
    author.is_bot && h("span", { class: "badge" }, "APP"), author.is_guest && h("span", { class: "badge" }, "GUEST"), time(message, "stamp"));
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
    return h("figure", { class: "block" }, h("figcaption", null, title), h("img", { class: "picture large", src: path, alt: file.alt_txt ?? title, loading: "lazy" }));
  }
  const card = [icon("file", 22), h("span", null, h("strong", null, title), h("small", null, file.pretty_type ?? file.filetype ?? "File"))];
  return path ? h("a", { class: "file", href: path, target: "_blank" }, card) : h("div", { class: "file" }, card);
}

function threadBar(message) {
  if (!message.reply_count) return null;
  const last = Number(message.latest_reply ?? message.ts);
  return h("button", { type: "button", class: "thread-bar", onclick: () => openThread(message.ts) },
    avatarStack(message.reply_users ?? [], 24), h("strong", null, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    h("span", { class: "faint" }, `Last reply ${ago(last)}`), icon("right", 14));
}
