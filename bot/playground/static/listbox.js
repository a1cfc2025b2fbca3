// A list of options that hangs on a control. Typing filters, arrows move, Enter or a click chooses.
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";

const SEARCH_FROM = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Opens the list. `groups` are `{title, rows: [{key, words, label, hint}]}`; rows whose key is in `chosen` are marked;
 * `onPick` gets the row. Long lists have a search field, short ones jump to a row by its first letter.
 */
export function openListBox(opener, groups, { chosen, many, onPick }) {
  new ListBox(groups, { chosen, many, onPick }).open(opener);
}

class ListBox {
  #options = [];
  #at = 0;

  constructor(groups, { chosen, many, onPick }) {
    Object.assign(this, { groups, chosen, onPick });
    const id = freshId("list");
    const long = groups.reduce((sum, { rows }) => sum + rows.length, 0) >= SEARCH_FROM;
    this.list = h("div", { class: "listbox", role: "listbox", id, "aria-multiselectable": String(many), tabIndex: long ? -1 : 0 });
    this.search = long && h("input", {
      class: "field", type: "search", placeholder: "Search", role: "combobox", "aria-expanded": "true", "aria-controls": id,
      "aria-label": "Search options", oninput: () => this.#draw(),
    });
  }

  open(opener) {
    this.#draw();
    const card = openPopover(opener, [this.search, this.list], { role: "presentation", wide: true });
    if (!card) return;
    card.addEventListener("keydown", (event) => this.#pressed(event));
    this.#keeper.focus();
    this.#move(this.#at);
  }

  /** Who holds the focus and tells which option is active. */
  get #keeper() {
    return this.search || this.list;
  }

  #draw() {
    const word = this.search ? this.search.value.trim().toLowerCase() : "";
    this.#options = [];
    const shown = this.groups.map(({ title, rows }) => {
      const fitting = rows.filter(({ words }) => words.toLowerCase().includes(word));
      return fitting.length ? [title && h("div", { class: "list-title" }, title), fitting.map((row) => this.#option(row))] : null;
    });
    fill(this.list, shown, !this.#options.length && h("p", { class: "faint pad" }, "Nothing matches."));
    this.#at = 0;
    this.#move(word ? 0 : Math.max(0, this.#options.findIndex(({ row }) => this.chosen.has(row.key))));
  }

  #option(row) {
    const chosen = this.chosen.has(row.key);
    const label = h("span", { class: "grow" }, h("span", { class: "option-label" }, row.label), row.hint && h("small", null, row.hint));
    const node = h("div", {
      role: "option", id: freshId("option"), class: "option", "aria-selected": String(chosen), onclick: () => this.#choose(row),
    }, label, chosen && icon("check", 16));
    this.#options.push({ row, node });
    return node;
  }

  #choose(row) {
    closePopover();
    this.onPick(row);
  }

  #move(to) {
    this.#options[this.#at]?.node.classList.remove("active");
    this.#at = this.#options.length ? (to + this.#options.length) % this.#options.length : 0;
    const active = this.#options[this.#at];
    if (!active) return;
    active.node.classList.add("active");
    active.node.scrollIntoView({ block: "nearest" });
    this.#keeper.setAttribute("aria-activedescendant", active.node.id);
  }

  #pressed(event) {
    const { key } = event;
    const active = this.#options[this.#at];
    const letter = !this.search && key.length === 1 && key !== " ";
    if (STEPS[key]) this.#move(this.#at + STEPS[key]);
    else if (active && (key === "Enter" || (key === " " && !this.search))) this.#choose(active.row);
    else if (letter) this.#jump(key.toLowerCase());
    else return;
    event.preventDefault();
  }

  #jump(letter) {
    const to = this.#options.findIndex(({ row }) => row.words.toLowerCase().startsWith(letter));
    if (to >= 0) this.#move(to);
  }
}
