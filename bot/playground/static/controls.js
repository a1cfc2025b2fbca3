// Buttons: the one shape they all share, so that each place says only what is its own.
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A button of a `kind` (its CSS classes) with any content. */
export function button(kind, onclick, content, props = {}) {
  return h("button", { type: "button", class: kind, onclick, ...props }, content);
}

/** A button that shows only an icon; `words` are its name. */
export function iconButton(name, words, onclick, props = {}) {
  return button("quiet square", onclick, icon(name), { "aria-label": words, title: words, ...props });
}

/** A line of a list: a picture, a strong name, and a smaller explanation. */
export function row(onclick, mark, name, explanation) {
  const words = h("span", { class: "grow" }, h("strong", null, name), explanation && h("small", null, explanation));
  return button("row", onclick, [mark, words]);
}
