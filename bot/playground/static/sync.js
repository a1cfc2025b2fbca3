// Keeps session.js in step with the server: the socket says what changed, and that is fetched again.
import { announce, toast } from "./dom.js";
import { read, Refusal, send } from "./api.js";
import { businessNow, person, session, tell } from "./session.js";
import { plain } from "./mrkdwn.js";

const loaders = { state: loadState, messages: loadMessages, thread: loadThread, views: loadViews, traffic: loadTraffic };
const running = new Map();

/** Fetches these kinds again. Requests of one kind never overlap: many changes at once cost one more fetch. */
export async function refresh(...kinds) {
  await Promise.all(kinds.map(refreshOne));
}

function refreshOne(kind) {
  const current = running.get(kind);
  if (current) {
    current.again ??= current.done.then(() => refreshOne(kind));
    return current.again;
  }
  const entry = {};
  entry.done = loaders[kind]().catch(complain).finally(() => running.delete(kind));
  running.set(kind, entry);
  return entry.done;
}

function complain(problem) {
  if (!(problem instanceof Refusal)) throw problem;
  toast(problem.message, "problem");
}

async function loadState() {
  const asked = session.me;
  const state = await read("state");
  if (asked !== session.me) return;
  session.me = state.me;
  session.identity = state.identity;
  session.people = new Map(state.people.map((one) => [one.id, one]));
  session.channels = new Map(state.channels.map((one) => [one.id, one]));
  const { team, bot, faults, pager, commands, shortcuts, emoji, usergroups, neighbours } = state;
  Object.assign(session, { team, bot, faults, pager, commands, shortcuts, emoji, usergroups, neighbours });
  session.clock = { ...state.clock, readAt: Date.now() };
  tell("state");
}

async function loadMessages() {
  const channel = session.channel;
  if (!channel) return;
  const { messages } = await read("messages", { channel });
  if (channel !== session.channel) return;
  speakNew(session.messages, messages, channel);
  session.messages = messages;
  session.shown = channel;
  const here = session.channels.get(channel);
  if (here?.unread) {
    // Reading marks it read on the server, which is no news to anybody else.
    here.unread = 0;
    tell("state");
  }
  tell("messages");
}

function speakNew(before, after, channel) {
  if (session.shown !== channel) return;
  const newest = before.at(-1)?.ts ?? "";
  const fresh = after.filter((message) => message.ts > newest && message.user !== session.me);
  if (fresh.length) announce(fresh.map(({ user, text }) => `${person(user).real_name}: ${plain(text ?? "")}`).join(". "));
}

async function loadThread() {
  const { channel, thread: ts } = session;
  if (!ts) return;
  const { messages } = await read("thread", { channel, ts });
  if (ts !== session.thread) return;
  session.replies = messages;
  tell("thread");
}

async function loadViews() {
  const asked = session.me;
  const views = await read("views");
  if (asked !== session.me) return;
  session.views = views;
  tell("views");
}

async function loadTraffic() {
  if (session.tool !== "traffic") return;
  // What still waited the last time is asked for again, to learn how it ended.
  const known = session.traffic.filter(({ status }) => status !== "waiting");
  const waiting = session.traffic.find(({ status }) => status === "waiting");
  const after = waiting ? waiting.n - 1 : session.traffic.at(-1)?.n ?? 0;
  const { entries } = await read("traffic", { after });
  session.traffic = [...known.filter(({ n }) => n <= after), ...entries].slice(-400);
  tell("traffic");
}

/**
 * Does something as the person and shows what came of it. A refusal becomes a toast, and the answer is then null. What
 * Slack has to say is said by Slackbot in the channel after a command, in the modal after its submission, else in a toast.
 */
export async function act(path, body = {}) {
  try {
    const answer = await send(path, body);
    if (answer.notice && path === "command") notice(answer.notice);
    else if (answer.notice && path !== "submit") toast(answer.notice, "problem");
    return answer;
  } catch (problem) {
    complain(problem);
    return null;
  } finally {
    refresh("state", "messages", "thread", "views");
  }
}

export function notice(text) {
  const { channel, thread } = session;
  session.notices.push({ channel, thread, text, ts: businessNow().toFixed(6), notice: true, ephemeral: true });
  tell("messages");
  tell("thread");
}

let socket;

/** Listens to the server's news; when the line drops it calls again, and reads all that may have been missed. */
export function connect() {
  socket?.close();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const line = new WebSocket(`${scheme}://${location.host}/ui/socket?as=${encodeURIComponent(session.me)}`);
  socket = line;
  line.onmessage = ({ data }) => heard(JSON.parse(data));
  line.onopen = () => setOffline(false);
  line.onclose = () => {
    if (line !== socket) return;
    setOffline(true);
    setTimeout(connect, 1500);
  };
}

function setOffline(offline) {
  const was = document.body.classList.contains("offline");
  document.body.classList.toggle("offline", offline);
  if (was && !offline) refresh(...Object.keys(loaders));
}

function heard({ changed = [], channel }) {
  const kinds = new Set();
  for (const kind of changed) {
    if (kind === "messages") {
      kinds.add("state");
      if (channel && channel !== session.channel) continue;
      kinds.add("messages").add("thread");
    } else if (kind === "traffic" && session.tool === "faults") kinds.add("state");
    else kinds.add(kind === "channels" ? "state" : kind);
  }
  refresh(...[...kinds].filter((kind) => kind in loaders));
}
