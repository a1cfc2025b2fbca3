// Building and patching the page. People's text only ever becomes text nodes and attributes, so nothing typed can become markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "readOnly", "selected", "open", "hidden", "tabIndex", "htmlFor"]);

/** Builds one element: `h("button", {class: "primary", onclick: send}, "Send")`. Empty children are left out. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  node.append(...shown(children));
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (name === "class") node.className = value;
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

function shown(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** Replaces everything in `node`. */
export function fill(node, ...children) {
  node.replaceChildren(...shown(children));
  return node;
}

/**
 * Draws a part of the page anew, but only when something it depends on changed: a press that began before a redraw must
 * still land, and the focus stays on the control with the same `data-field`.
 */
export function redraw(node, depends, build) {
  const drawn = JSON.stringify(depends);
  if (node.dataset.drawn === drawn) return;
  node.dataset.drawn = drawn;
  const restore = rememberFocus(node);
  fill(node, build());
  restore();
}

/** The element with this id; the page's skeleton is in index.html, so it is always there. */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Makes `parent` hold one child per item, in order. A child is drawn anew only when its signature changed, so that what
 * is open, focused or being read stays untouched, and a screen reader hears the new line alone.
 */
export function patchList(parent, items, draw) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = new Set(items.map(({ key }) => key));
  for (const [key, child] of before) if (!wanted.has(key)) child.remove();
  let place = parent.firstElementChild;
  for (const { key, signature, item } of items) {
    const old = before.get(key);
    const child = old?.dataset.signature === signature ? old : draw(item);
    Object.assign(child.dataset, { key, signature });
    if (old && old !== child) {
      const restore = rememberFocus(old);
      if (old === place) place = child;
      old.replaceWith(child);
      restore(child);
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

let lastId = 0;

/** An id that no other element has: labels, errors and list boxes refer to each other by it. */
export function freshId(word) {
  lastId += 1;
  return `${word}-${lastId}`;
}

/** Says a sentence to screen readers without showing it. */
export function announce(sentence) {
  byId("announcer").textContent = sentence;
}

let toasts = null;

/** Shows a sentence for a few seconds; `kind` is "info" or "problem". Over an open dialog it has to be a part of it. */
export function toast(sentence, kind = "info") {
  toasts ??= byId("toasts");
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (toasts.parentElement !== host) host.append(toasts);
  toasts.showPopover();
  // Several requests that fail for one reason are one piece of news.
  if ([...toasts.children].some((one) => one.dataset.sentence === sentence)) return;
  const note = h("div", { class: `toast ${kind}`, role: kind === "problem" ? "alert" : "status", "data-sentence": sentence }, sentence,
    h("button", { type: "button", "aria-label": "Dismiss", onclick: () => note.remove() }, "×"));
  toasts.append(note);
  setTimeout(() => note.remove(), kind === "problem" ? 9000 : 4000);
}

/**
 * What has the focus in `root`, or that it has it itself, so that a redraw can put it back into what is there then: the
 * caret too, into the field with the same `data-field`. Its part before the slash is a block's id, which may be new.
 */
export function rememberFocus(root) {
  const field = document.activeElement;
  if (field === root) return (drawn) => drawn?.focus();
  if (!root.contains(field) || !field.dataset.field) return () => {};
  const { selectionStart: start, selectionEnd: end } = field;
  return (drawn = root) => {
    const named = (end, name) => drawn.querySelector(`[data-field${end}="${CSS.escape(name)}"]`);
    const again = named("", field.dataset.field) ?? named("$", field.dataset.field.replace(/^[^/]*/, ""));
    again?.focus();
    if (typeof start === "number") again?.setSelectionRange?.(start, end);
  };
}
