// What this page knows: who one is, where one looks, and the last answers of the local Slack. Drawing code reads it;
// only sync.js and places.js write it.

export const session = {
  identity: "", me: "", people: new Map(), channels: new Map(), team: {}, bot: {}, faults: {}, pager: {}, commands: [], shortcuts: [],
  clock: { now: Date.now() / 1000, readAt: Date.now() },
  page: "channel", channel: "", thread: "", tool: "", target: "",
  messages: [], replies: [], traffic: [], views: { stack: [], errors: {}, home: null },
  notices: [], dismissed: new Set(), usergroups: [], neighbours: [], emoji: {}, editing: "", shown: "",
};

const listeners = new Map();

/** Calls `listener` whenever `topic` changes: state, messages, thread, views, traffic or place. */
export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function tell(topic) {
  for (const listener of listeners.get(topic) ?? []) listener();
}

/** Business time in unix seconds: the server's clock, ticking on between two answers. */
export function businessNow() {
  return session.clock.now + (Date.now() - session.clock.readAt) / 1000;
}

export function currentChannel() {
  return session.channels.get(session.channel);
}

export function me() {
  return session.people.get(session.me);
}

/** A person or a stand-in, for a message may outlive its author. */
export function person(id) {
  return session.people.get(id) ?? { id, name: id || "someone", real_name: id || "Someone", is_bot: false };
}

/** Everybody one can do something with: people and the app, but not Slackbot. */
export function everybody() {
  return [...session.people.values()].filter((one) => !one.is_bot || one.id === session.bot.user_id);
}

/** `#general`, or a direct message's other person. */
export function channelTitle(channel) {
  if (!channel) return "";
  return channel.is_im ? person(channel.im_user).real_name : channel.name;
}

/** The app behind the bot's user; its App Home is a place of its own. */
export function appPerson() {
  return person(session.bot.user_id);
}

/** A setting kept in this browser; private windows may refuse storage, which must not break the page. */
export function setting(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`playground.${name}`);
    localStorage.setItem(`playground.${name}`, value);
  } catch { /* nothing is kept then */ }
  return value ?? null;
}

/** What this browser keeps of the workspace it looks at; of one that began anew it knows nothing yet. */
export function remembered(name, value) {
  if (value !== undefined) setting(`kept.${name}`, JSON.stringify({ of: session.identity, value }));
  const kept = JSON.parse(setting(`kept.${name}`) ?? "null");
  return kept?.of === session.identity ? kept.value : null;
}
