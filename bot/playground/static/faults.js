// The panel that makes Slack misbehave. Each switch says in one line what will happen, for a reader who never saw it.
import { button } from "./controls.js";
import { byId, fill, h, toast } from "./dom.js";
import { session } from "./session.js";
import { act } from "./sync.js";

const METHODS = [
  "*", "chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.create", "conversations.invite", "conversations.setTopic",
  "bookmarks.add", "pins.add", "views.open", "views.update", "views.publish",
];
const KINDS = {
  429: "asks to wait (Retry-After: 1)",
  500: "answers with a broken page",
  timeout_before: "never answers, nothing happened",
  timeout_after: "never answers, but it happened",
  drop_before: "hangs up, nothing happened",
  drop_after: "hangs up after doing it",
  fatal_error_after: "says fatal_error after doing it",
  internal_error: "says internal_error, nothing happened",
  channel_not_found: "says the channel does not exist",
  is_archived: "says the channel is archived",
  name_taken: "says the name is taken",
  missing_scope: "says a scope is missing",
};

const set = (body) => act("faults", body);
const methodName = (name) => (name === "*" ? "any method" : name);

/** Builds the panel; `patchFaults` follows the server's state. */
export function drawFaults(parent) {
  const behave = button("button", () => set({ clear: true }), "Behave again");
  fill(parent, h("div", { id: "faults", class: "faults" }, answers(), nextCalls(), deliveries(), vendors(), behave));
  patchFaults();
}

function card(title, ...content) {
  return h("section", { class: "card" }, h("h3", null, title), content);
}

function line(control, title, sentence) {
  control.id = `fault-${title.toLowerCase().replaceAll(" ", "-")}`;
  return h("div", { class: "fault-line" }, h("label", { for: control.id }, h("strong", null, title), h("small", null, sentence)), control);
}

function toggle(name, title, sentence) {
  const change = ({ currentTarget }) => set({ [name]: currentTarget.checked });
  return line(h("input", { type: "checkbox", class: "switch", role: "switch", "data-fault": name, onchange: change }), title, sentence);
}

function answers() {
  const words = h("output", { id: "latency-words" });
  const show = ({ currentTarget }) => { words.textContent = `${currentTarget.value} ms`; };
  const change = ({ currentTarget }) => set({ latency_ms: Number(currentTarget.value) });
  const slider = h("input", {
    type: "range", min: 0, max: 3000, step: 50, value: 0, "data-fault": "latency_ms", oninput: show, onchange: change,
  });
  return card("Slack's answers", line(slider, "Slow", "Every Web API answer takes this much longer."), words,
    toggle("outage", "Outage", "Every call is answered 503, and events are lost."),
    toggle("rate_limits", "Rate limits", "Slack's documented limits are enforced: too fast means 429 and a wait."));
}

function nextCalls() {
  const choices = (label, entries) => h("select", { class: "field", "aria-label": label },
    entries.map(([value, words]) => h("option", { value }, words)));
  const method = choices("Method", METHODS.map((name) => [name, methodName(name)]));
  const fault = choices("What goes wrong", Object.entries(KINDS).map(([name, words]) => [name, `${name}: ${words}`]));
  const times = h("input", { class: "field", type: "number", min: 1, max: 99, value: 1, "aria-label": "How many calls" });
  const add = (event) => {
    event.preventDefault();
    set({ add: { method: method.value, fault: fault.value, times: Number(times.value) || 1 } });
  };
  fault.value = "429";
  return card("The next calls", h("p", { class: "faint" }, "The next calls of one method go wrong; those after them are well again."),
    h("form", { class: "fault-form", onsubmit: add },
      h("label", null, "The next", times), h("label", null, "calls of", method), h("label", { class: "wide" }, "go wrong like this", fault),
      h("button", { type: "submit", class: "button" }, "Let it happen")),
    h("ul", { class: "rules", id: "fault-rules" }));
}

function deliveries() {
  const deed = (title, sentence, body, done) => {
    const doIt = async () => {
      if (await set(body)) toast(done);
    };
    return line(button("button small", doIt, "Do it"), title, sentence);
  };
  return card("Slack's deliveries",
    deed("Drop the socket", "The WebSocket breaks at once; the bot must connect again by itself.",
      { drop_sockets: true }, "The socket was dropped."),
    deed("Lose an ack", "The bot's next ack never arrives: events come again, commands show an error.",
      { lose_acks: 1 }, "The next ack will be lost."),
    deed("Deliver twice", "The next event arrives twice with the same event_id.",
      { redeliver: 1 }, "The next event will come twice."));
}

function vendors() {
  return card("The pager and Jira", h("p", { class: "faint" },
      "The pager stands for PagerDuty and Opsgenie. ", h("a", { href: "/jira/", target: "_blank", rel: "noopener" }, "See Jira's issues."),
      " What rings:"),
    h("ul", { class: "rules", id: "pager-alerts" }),
    toggle("pager_outage", "The pager is down", "It answers 503: the bot must help by other means, and page when it is back."),
    toggle("jira_outage", "Jira is down", "It answers 503: nothing in Slack may wait for it, and it follows when it is back."));
}

function alertItem({ service, summary, state }) {
  return h("li", { class: state === "resolved" ? "faint" : "" }, h("strong", null, summary), h("span", { class: "faint" }, ` · ${service}, ${state}`));
}

/** Shows the server's switches as they are now; a slider in use is left alone. */
export function patchFaults() {
  const panel = byId("faults");
  if (!panel) return;
  const { latency_ms: latency = 0, rules = [] } = session.faults;
  for (const control of panel.querySelectorAll("[data-fault]")) {
    if (control.type === "checkbox") control.checked = Boolean(session.faults[control.dataset.fault]);
    else if (control !== document.activeElement) control.value = latency;
  }
  fill(byId("pager-alerts"), (session.pager.alerts ?? []).map(alertItem));
  byId("latency-words").textContent = `${latency} ms`;
  fill(byId("fault-rules"), rules.map(ruleItem));
}

function ruleItem(rule) {
  const { method, fault, times, hits } = rule;
  const state = times === null ? `always, hit ${hits}` : left(rule) ? `${left(rule)} of ${times} to come` : "done";
  return h("li", { class: left(rule) ? "" : "faint" },
    h("code", null, methodName(method)), ` ${fault}`, h("span", { class: "faint" }, ` · ${state}`));
}

function left({ times, hits }) {
  return times === null ? Infinity : times - hits;
}

/** Whether anything is set to go wrong: the rail shows it, so that nobody forgets. */
export function misbehaving() {
  const { latency_ms: latency, outage, rate_limits: limits, pager_outage: pager, jira_outage: jira, rules = [] } = session.faults;
  return Boolean(latency || outage || limits || pager || jira || rules.some(left));
}
