// Dialogs of the page itself: confirm, ask for a line of text, show a list. Modals of the bot are in modal.js.
import { button, iconButton } from "./controls.js";
import { freshId, h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Opens a dialog; `close(value)` resolves the promise, Escape and ✕ resolve it with null. */
function openDialog(title, build, { kind = "" } = {}) {
  return new Promise((resolve) => {
    const heading = freshId("title");
    const before = document.activeElement;
    const dialog = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": heading });
    const close = (value = null) => {
      dialog.close();
      dialog.remove();
      before?.focus?.();
      resolve(value);
    };
    dialog.append(
      h("header", null, h("h2", { id: heading }, title), iconButton("cross", "Close", () => close())),
      build(close),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector("footer .primary, footer .danger"))?.focus();
  });
}

function footer(close, { deny, confirm, style = "primary" }) {
  return h("footer", null,
    button("button", () => close(), deny),
    h("button", { type: "submit", class: `button ${style}` }, confirm));
}

/** A form whose submission closes the dialog with what `value` says. */
function form(close, content, buttons, value) {
  const submit = (event) => {
    event.preventDefault();
    close(value());
  };
  return h("form", { onsubmit: submit, novalidate: true }, h("div", { class: "dialog-body" }, content), footer(close, buttons));
}

/** Asks yes or no; resolves to true or null. */
export function confirmThat(title, text, confirm, { deny = "Cancel", style = "danger" } = {}) {
  return openDialog(title, (close) => form(close, text, { deny, confirm, style }, () => true), { kind: "small" });
}

/** Block Kit's confirm object; the button is green unless its style says danger. */
export function confirmObject({ title, text, confirm, deny, style }) {
  return openDialog(textWords(title), (close) => form(close, h("div", { class: "text" }, textObject(text)),
    { deny: textWords(deny), confirm: textWords(confirm), style: style ?? "primary" }, () => true), { kind: "small" });
}

function textWords(object) {
  return h("span", null, textObject(object));
}

/** Asks for one line; resolves to the text or null. */
export function askFor(title, label, value, confirm) {
  const field = h("input", { class: "field", value, autofocus: true, id: freshId("ask"), maxlength: 250 });
  const content = [h("label", { for: field.id, class: "label" }, label), field];
  return openDialog(title, (close) => form(close, content, { deny: "Cancel", confirm }, () => field.value), { kind: "small" });
}

/** A dialog with a filter line over a list; `rows(word, close)` draws what matches. */
export function openList(title, placeholder, rows) {
  return openDialog(title, (close) => {
    const list = h("ul", { class: "rows" });
    const draw = () => list.replaceChildren(...rows(field.value.trim().toLowerCase(), close).map((row) => h("li", null, row)));
    const field = h("input", { class: "field", type: "search", placeholder, "aria-label": placeholder, autofocus: true, oninput: draw });
    const chooseFirst = (event) => {
      const first = list.querySelector("button");
      if (event.key === "Enter") first?.click();
      else if (event.key === "ArrowDown") first?.focus();
      else return;
      event.preventDefault(); // else the key would press what has the focus by now: the place one came from
    };
    field.addEventListener("keydown", chooseFirst);
    draw();
    return h("div", { class: "dialog-body" }, field, list);
  });
}
