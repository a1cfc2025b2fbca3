// The traffic panel: who called what, how it ended, how long it took, and the JSON of both sides.
import { button } from "./controls.js";
import { byId, fill, h, patchList } from "./dom.js";
import { icon } from "./icons.js";
import { session } from "./session.js";

const SHOWN = 150;
const WAYS = { in: ["left", "bot calls Slack"], out: ["right", "Slack calls the bot"] };

let word = "";
let clearedAt = 0;

/** Builds the panel once; `patchTraffic` keeps it up to date. */
export function drawTraffic(parent) {
  const search = ({ currentTarget }) => {
    word = currentTarget.value.trim().toLowerCase();
    patchTraffic();
  };
  const clear = () => {
    clearedAt = session.traffic.at(-1)?.n ?? 0;
    patchTraffic();
  };
  const filter = h("input", {
    class: "field", type: "search", placeholder: "Filter: chat.postMessage, ratelimited…", "aria-label": "Filter traffic",
    value: word, oninput: search,
  });
  fill(parent, h("div", { class: "tool-bar" }, filter, button("button small", clear, "Clear")),
    h("p", { class: "legend faint" }, Object.entries(WAYS).map(([direction, [, words]]) => [way(direction), words])),
    h("div", { class: "traffic", id: "traffic-list" }));
  patchTraffic();
}

function way(direction) {
  const [mark, words] = WAYS[direction];
  return h("span", { class: `way ${direction}`, role: "img", "aria-label": words, title: words }, icon(mark, 12));
}

export function patchTraffic() {
  const list = byId("traffic-list");
  if (!list) return;
  const fits = (entry) => entry.n > clearedAt && (!word || JSON.stringify(entry).toLowerCase().includes(word));
  const shown = session.traffic.filter(fits).slice(-SHOWN).reverse();
  patchList(list, shown.map((entry) => ({ key: String(entry.n), signature: `${entry.status} ${entry.ms}`, item: entry })), drawEntry);
  list.classList.toggle("none", !shown.length);
}

function went(status) {
  return ["ok", "acked", "waiting"].includes(status) ? status : "bad";
}

function drawEntry({ direction, name, summary, status, ms, args, answer, at }) {
  const json = h("div", { class: "traffic-json" });
  const open = ({ currentTarget }) => {
    if (!currentTarget.open || json.childElementCount) return;
    fill(json, part(direction === "in" ? "Arguments" : "Payload", args), part("Answer", answer));
  };
  const time = status === "waiting" ? "…" : `${ms < 10 ? ms : Math.round(ms)} ms`;
  return h("details", { class: `traffic-row ${went(status)}`, ontoggle: open },
    h("summary", { title: new Date(at * 1000).toLocaleTimeString() }, way(direction),
      h("span", { class: "grow" }, h("code", null, name), summary && h("small", null, summary)),
      h("span", { class: "status" }, status), h("span", { class: "ms" }, time)),
    json);
}

function part(title, value) {
  if (value === undefined || value === null) return null;
  return [h("h3", null, title), h("pre", null, JSON.stringify(value, null, 2))];
}
