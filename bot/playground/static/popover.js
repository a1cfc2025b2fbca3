// Menus, pickers and small cards that hang on a control. They live in the top layer, inside the dialog that opened them.
import { button } from "./controls.js";
import { h } from "./dom.js";

let openOne = null;

/** Closes the open popover, if any, and gives the focus back to what opened it. */
export function closePopover({ refocus = true } = {}) {
  const open = openOne;
  openOne = null;
  if (!open) return;
  open.card.remove();
  open.opener.setAttribute("aria-expanded", "false");
  open.onClose?.();
  if (refocus && document.contains(open.opener)) open.opener.focus();
}

/** Hangs `content` on `opener`; a second press on the same control closes it. Returns the card, or null if it closed. */
export function openPopover(opener, content, { role = "dialog", label = "", wide = false, onClose } = {}) {
  const again = openOne?.opener === opener;
  closePopover({ refocus: again });
  if (again) return null;
  const card = h("div", { class: "popover", role, "aria-label": label || null, popover: "manual" }, content);
  (opener.closest("dialog") ?? document.body).append(card);
  card.showPopover();
  openOne = { card, opener, onClose };
  opener.setAttribute("aria-expanded", "true");
  place(card, opener.getBoundingClientRect(), wide);
  return card;
}

/** The `data-field` of the control on which the open popover hangs, or "". */
export function openField() {
  return openOne?.opener.dataset.field ?? "";
}

function place(card, box, wide) {
  if (wide) card.style.minWidth = `${box.width}px`;
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = innerHeight - box.bottom - 8;
  const top = below >= height || below > box.top ? box.bottom + 4 : box.top - height - 4;
  card.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  card.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

/** Opens a menu. Items: `{label, hint, icon, danger, run}`, or null for a line between groups. */
export function openMenu(opener, items, label) {
  const entries = items.map((item) => (item ? menuItem(item) : h("hr")));
  const card = openPopover(opener, entries, { role: "menu", label });
  if (!card) return;
  card.addEventListener("keydown", (event) => walk(event, [...card.querySelectorAll("[role^=menuitem]")]));
  card.querySelector("[role^=menuitem]")?.focus();
}

function menuItem({ label, hint, mark, danger, run, checked }) {
  const choose = () => {
    closePopover();
    run();
  };
  const role = checked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": String(checked) };
  const content = [mark, h("span", { class: "grow" }, label, hint && h("small", null, hint))];
  return button(danger ? "danger" : "", choose, content, { ...role, tabIndex: -1 });
}

/** Arrow keys, Home and End move through `stops`. */
function walk(event, stops) {
  const here = stops.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (next === undefined || !stops.length) return;
  event.preventDefault();
  stops[(next + stops.length) % stops.length].focus();
}

/** Escape and presses elsewhere close what is open, before anything below notices. */
export function watchPopovers() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !openOne) return;
    event.preventDefault();
    event.stopPropagation();
    closePopover();
  }, true);
  document.addEventListener("pointerdown", ({ target }) => {
    if (openOne && !openOne.card.contains(target) && !openOne.opener.contains(target)) closePopover({ refocus: false });
  }, true);
  addEventListener("resize", () => closePopover({ refocus: false }));
}
