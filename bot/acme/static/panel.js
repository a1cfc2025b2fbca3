// The panel: asks every second how the company does, and says what to slow, break or repair.
const EVERY = 1000;
const SHOWN = 60;
const MODES = {
  part: [["well", "Works", ""], ["slow", "Slow", "slow"], ["broken", "Broken", "bad"]],
  job: [["well", "Runs", ""], ["halted", "Halted", "slow"], ["failing", "Fails", "bad"]],
  alert: [["well", "Quiet", ""], ["firing", "Firing", "bad"]],
};
const cards = new Map();
const byId = (id) => document.getElementById(id);
let known = null;

async function ask(path, body) {
  const sent = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, sent);
    if (answer.ok) draw(await answer.json());
  } catch {
    say(byId("headline"), "Acme Pay is closed. Start the demo again.");
  }
}

function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

const OTHERS = {
  settlement: { name: "Settlement", kind: "job", what: "Moves the money to the banks: nightly elsewhere, here every 20 seconds." },
  monitoring: { name: "Monitoring", kind: "alert", what: "Its alert says that orders wait in the queue." },
};

/** All that can be broken, alike for parts, the job and monitoring. */
function things({ parts, settlement, monitoring }) {
  return [
    ...parts.map((part) => ({ ...part, kind: "part", figures: figures(part) })),
    { key: "settlement", ...OTHERS.settlement, mode: settlement.mode, figures: often("Ran", settlement.runs) },
    { key: "monitoring", ...OTHERS.monitoring, mode: monitoring.mode, figures: often("Sent", monitoring.sent) },
  ];
}

const often = (did, times) => `${did} ${["never yet", "once"][times] ?? `${times} times`}`;

function figures({ visits, seconds }) {
  if (!visits.length) return "Nobody came yet.";
  const good = visits.reduce((sum, one) => sum + one, 0);
  const share = `${good} of the last ${visits.length} customers fared well`;
  return `${share}, in ${seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`}`;
}

function draw(state) {
  known = state;
  const all = things(state);
  for (const thing of all) drawCard(cards.get(thing.key) ?? makeCard(thing), thing);
  const ill = all.filter(({ mode }) => mode !== "well");
  say(byId("headline"), ill.length ? `${listed(ill.map(({ name }) => name))} ${ill.length > 1 ? "are" : "is"} not well` : "All is well at Acme Pay");
  byId("repair").hidden = ill.length < 2;
  const reports = byId("reports");
  say(reports, state.arrives ? "Sevbot is told every few seconds" : "Sevbot does not answer");
  reports.classList.toggle("away", !state.arrives);
  byId("back").hidden = !state.slack;
  if (state.slack) byId("back").href = state.slack;
}

function listed(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
}

function makeCard({ key, name, what, kind }) {
  const node = byId("card").content.firstElementChild.cloneNode(true);
  node.querySelector(".name").textContent = name;
  node.querySelector(".what").textContent = what;
  if (kind !== "part") node.querySelector(".visits").remove();
  const group = node.querySelector(".modes");
  group.setAttribute("aria-label", `How ${name} does`);
  group.addEventListener("keydown", steer);
  for (const [mode, label, look] of MODES[kind]) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: label, className: look });
    button.dataset.mode = mode;
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => ask("/panel/mode", { part: key, mode }));
    group.append(button);
  }
  byId("parts").append(node);
  cards.set(key, node);
  return node;
}

/** Arrows go from one choice to the next, as in any group of radio buttons. */
function steer(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.children];
  const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
}

function drawCard(node, { mode, kind, figures: words, visits }) {
  const look = MODES[kind].find(([one]) => one === mode)[2];
  node.dataset.state = look || "well";
  for (const button of node.querySelectorAll(".modes button")) {
    const chosen = button.dataset.mode === mode;
    button.setAttribute("aria-checked", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  say(node.querySelector(".figures"), words);
  if (kind === "part") drawVisits(node.querySelector(".visits"), visits, words);
}

/** One bar for each of the last customers, the newest on the right. */
function drawVisits(node, visits, words) {
  node.setAttribute("aria-label", words);
  while (node.childElementCount < SHOWN) node.append(document.createElement("i"));
  const start = SHOWN - visits.length;
  [...node.children].forEach((bar, place) => {
    bar.className = place < start ? "none" : visits[place - start] ? "" : "bad";
  });
}

byId("repair").addEventListener("click", async () => {
  for (const { key, mode } of things(known)) if (mode !== "well") await ask("/panel/mode", { part: key, mode: "well" });
});
ask("/panel/state");
setInterval(() => document.hidden || ask("/panel/state"), EVERY);
