// Where one is: person, channel, thread, tool. The address bar holds it (#/ada/general), so two tabs can be two people.
import { setting, session, tell } from "./session.js";
import { connect, refresh } from "./sync.js";
import { send } from "./api.js";

/** Shows a channel; `target` is the ts of a message to point out. */
export async function goTo(channel, { thread = "", target = "" } = {}) {
  const moved = channel !== session.channel || session.page !== "channel";
  Object.assign(session, { page: "channel", channel, target, thread });
  if (moved) session.messages = [];
  if (thread) Object.assign(session, { tool: "", replies: [] });
  arrive();
  await refresh("messages", "thread");
}

/** Shows the bot's App Home; Slack tells the app each time somebody opens it. */
export async function goHome() {
  Object.assign(session, { page: "home", thread: "", target: "" });
  arrive();
  await send("home").catch(() => null);
  await refresh("views");
}

export async function openThread(ts) {
  Object.assign(session, { thread: ts, tool: "", replies: [] });
  tell("place");
  await refresh("thread");
}

/** Shows a tool in the side pane (traffic or faults), or hides it when it is already there. */
export async function toggleTool(tool) {
  Object.assign(session, { tool: session.tool === tool ? "" : tool, thread: "" });
  tell("place");
  if (session.tool === "traffic") await refresh("traffic");
}

export function closePane() {
  Object.assign(session, { tool: "", thread: "" });
  tell("place");
}

/** Becomes somebody else, in the same place when they may see it. */
export async function become(id) {
  Object.assign(session, { me: id, thread: "", messages: [], replies: [], notices: [], views: { stack: [], errors: {}, home: null } });
  setting("person", id);
  await refresh("state", "views");
  connect();
  const channel = session.channels.get(session.channel);
  if (session.page === "home") await goHome();
  else await goTo(channel && !channel.is_im ? channel.id : firstChannel());
}

function firstChannel() {
  const all = [...session.channels.values()].filter((one) => !one.is_im && !one.is_archived);
  return (all.find((one) => one.name === "general") ?? all.find((one) => one.is_member) ?? all[0])?.id ?? "";
}

function arrive() {
  const name = session.people.get(session.me)?.name ?? "";
  const place = session.page === "home" ? "home" : placeName(session.channels.get(session.channel));
  const address = `/#/${encodeURIComponent(name)}/${place}`;
  const moved = location.hash.length > 2 && `/${location.hash}` !== address;
  history[moved ? "pushState" : "replaceState"](null, "", address);
  tell("place");
}

function placeName(channel) {
  if (!channel) return "";
  return channel.is_im ? `@${session.people.get(channel.im_user)?.name ?? ""}` : encodeURIComponent(channel.name);
}

/** The person and place an address such as #/ada/general names. */
export function addressed() {
  const [, name = "", place = ""] = location.hash.split("/").map(decodeURIComponent);
  return { name, place };
}

/** The channel that `place` names, or the first one that is worth showing. */
export function channelNamed(place) {
  const found = [...session.channels.values()].find((one) => placeName(one) === encodeURIComponent(place) || placeName(one) === place);
  return found?.id ?? firstChannel();
}

/** Follows a Slack permalink inside the page; false when the address leads elsewhere. */
export function followPermalink(href) {
  const match = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?/.exec(href);
  if (!match || !session.channels.has(match[1])) return false;
  const thread = new URL(href, location.href).searchParams.get("thread_ts") ?? "";
  goTo(match[1], { target: match[2] ? `${match[2]}.${match[3]}` : "", thread });
  return true;
}
