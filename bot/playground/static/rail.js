// The narrow bar on the left: the tools, the colours, and who one is.
import { button } from "./controls.js";
import { byId, h, redraw } from "./dom.js";
import { misbehaving } from "./faults.js";
import { icon } from "./icons.js";
import { personButton } from "./people.js";
import { closePane, toggleTool } from "./places.js";
import { session, setting } from "./session.js";
import { isTouring, toggleTour } from "./tour.js";

const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" };
const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };

const theme = () => setting("theme") ?? "auto";

export function drawRail() {
  redraw(byId("rail"), [session.team, session.tool, session.me, session.people.size, theme(), misbehaving(), session.neighbours.length, isTouring()], () => [
    h("span", { class: "workspace-mark", "aria-hidden": "true" }, (session.team.name ?? "S")[0]),
    item("home", "Chat", closePane, !session.tool),
    tool("traffic", "traffic", "Traffic"),
    tool("faults", "storm", "Faults", misbehaving() && h("span", { class: "alarm", title: "Slack is misbehaving" })),
    item("flag", "Tour", toggleTour, isTouring(), null, { "aria-pressed": String(isTouring()) }),
    ...session.neighbours.map(neighbour),
    h("span", { class: "grow" }),
    button("rail-item", nextTheme, icon(THEME_ICONS[theme()], 20),
      { "data-field": "theme", "aria-label": `Colours: ${theme()}. Change`, title: `Colours: ${theme()}` }),
    personButton(),
  ]);
}

function item(mark, label, onclick, active, extra, props) {
  const content = [icon(mark, 20), h("span", null, label), extra];
  return button(`rail-item ${active ? "active" : ""}`, onclick, content, { "data-field": label, ...props });
}

function tool(name, mark, label, extra) {
  const shown = session.tool === name;
  return item(mark, label, () => toggleTool(name), shown, extra, { "aria-pressed": String(shown) });
}

/** What runs beside this Slack has a page of its own. */
function neighbour({ name, url }) {
  return h("a", { class: "rail-item", href: url, target: "_blank", rel: "noopener", title: `Open ${name} in a new tab` },
    icon("out", 20), h("span", null, name));
}

function nextTheme() {
  setting("theme", NEXT_THEME[theme()]);
  applyTheme();
  drawRail();
}

/** Auto follows the system; the other two are this browser's choice. */
export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}
