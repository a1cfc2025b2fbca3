// App Home: the view the bot published for this person.
import { drawBlocks } from "./blocks.js";
import { byId, fill, h, rememberFocus } from "./dom.js";
import { appPerson, session } from "./session.js";
import { Surface } from "./surface.js";

let surface = null;
let drawn = "";

/** Draws the home anew when the bot published another one. */
export function drawHome() {
  const box = byId("home");
  const view = session.views.home;
  const signature = JSON.stringify([session.me, view?.id, view?.hash]);
  if (signature === drawn) return;
  drawn = signature;
  if (!view) {
    const sentence = "The app has published no Home for you yet. It does so when you open it; is the bot running?";
    fill(box, h("div", { class: "opening" }, h("h2", null, appPerson().real_name), h("p", { class: "faint" }, sentence)));
    return;
  }
  if (surface?.container.view_id !== view.id) surface = new Surface({ type: "view", view_id: view.id }, view.state);
  surface.keep(view.blocks);
  const restore = rememberFocus(box);
  fill(box, h("div", { class: "home-blocks" }, drawBlocks(view.blocks, surface)));
  restore();
}
