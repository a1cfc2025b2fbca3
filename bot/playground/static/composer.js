// The field one writes in: Enter sends, Shift+Enter makes a line, and what is typed may be completed (offers.js).
import { button, iconButton } from "./controls.js";
import { fill, freshId, h } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { icon } from "./icons.js";
import { offersFor } from "./offers.js";
import { openMenu } from "./popover.js";
import { openEmojiPicker } from "./reactions.js";
import { session } from "./session.js";
import { act } from "./sync.js";

const TALLEST = 260;
const drafts = new Map();

/** Builds a composer. `place()` names the draft it keeps; `send(text)` resolves to false when the text was not taken. */
export function createComposer(options) {
  return new Composer(options);
}

class Composer {
  #open = null;
  #at = 0;

  constructor({ label, place, send, commandsWork }) {
    Object.assign(this, { label, place, send, commandsWork });
    this.listId = freshId("offers");
    this.list = h("div", { class: "offers", role: "listbox", id: this.listId, "aria-label": "Suggestions", hidden: true });
    this.field = h("textarea", {
      rows: 1, "aria-label": label(), "aria-controls": this.listId, "aria-autocomplete": "list",
      oninput: () => this.#typed(), onkeydown: (event) => this.#pressed(event), onblur: () => this.#hide(), onclick: () => this.#offer(),
    });
    this.sendButton = button("send", () => this.#submit(), icon("send"), { "aria-label": "Send message", title: "Send (Enter)" });
    this.node = h("div", { class: "composer" }, this.list, this.#styleTools(), this.field, this.#wordTools());
  }

  focus() {
    this.field.focus();
  }

  /** Shows the draft of the place one came to. */
  arrive() {
    const words = this.label();
    this.field.placeholder = words;
    this.field.setAttribute("aria-label", words);
    this.#put(drafts.get(this.place()) ?? "");
  }

  /** Writes a text into the field, to be sent by the person. */
  suggestText(text) {
    this.#put(text);
    this.focus();
    this.#offer();
  }

  #styleTools() {
    const tool = (name, words, mark) => iconButton(name, words, () => this.#wrap(mark));
    return h("div", { class: "tools" }, tool("bold", "Bold", "*"), tool("italic", "Italic", "_"),
      tool("strike", "Strikethrough", "~"), tool("code", "Code", "`"));
  }

  #wordTools() {
    const shortcuts = ({ currentTarget }) => openShortcuts(currentTarget, (text) => this.suggestText(text));
    const emoji = ({ currentTarget }) => openEmojiPicker(currentTarget, (name) => this.#insert(`${emojiFor(name)} `));
    return h("div", { class: "tools" },
      this.commandsWork && iconButton("bolt", "Shortcuts", shortcuts, { "aria-haspopup": "menu" }),
      iconButton("smile", "Emoji", emoji), iconButton("at", "Mention somebody", () => this.#insert("@")),
      h("span", { class: "grow" }), this.sendButton);
  }

  #typed() {
    drafts.set(this.place(), this.field.value);
    this.#grow();
    this.#offer();
  }

  #grow() {
    const { field } = this;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
    this.sendButton.classList.toggle("ready", Boolean(field.value.trim()));
  }

  #offer() {
    this.#open = offersFor(this.field.value.slice(0, this.field.selectionStart), this.commandsWork);
    this.#at = 0;
    this.list.hidden = !this.#open;
    if (this.#open) fill(this.list, this.#open.rows.map((row, index) => this.#row(row, index)));
    this.#mark();
  }

  #row({ mark, label, hint }, index) {
    const take = (event) => {
      event.preventDefault();
      this.#take(index);
    };
    return h("div", { role: "option", id: `${this.listId}-${index}`, class: "option", onpointerdown: take }, mark,
      h("span", { class: "grow" }, label, hint && h("small", null, hint)));
  }

  #mark() {
    const active = this.#open && !this.#open.passive ? this.#at : -1;
    [...this.list.children].forEach((node, index) => {
      node.classList.toggle("active", index === active);
      node.setAttribute("aria-selected", String(index === active));
    });
    if (active >= 0) this.field.setAttribute("aria-activedescendant", `${this.listId}-${active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #hide() {
    this.#open = null;
    this.list.hidden = true;
    this.#mark();
  }

  #take(index) {
    const { passive, rows, from } = this.#open;
    if (passive) return;
    this.field.setRangeText(rows[index].text, from, this.field.selectionStart, "end");
    this.#typed();
    this.focus();
  }

  #pressed(event) {
    if (event.isComposing) return;
    if (this.#open && !this.#open.passive && this.#choose(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.#submit();
  }

  /** Keys that work on the offers; true when the key is used up. */
  #choose(event) {
    const { rows } = this.#open;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // A command that is already whole is sent by Enter at once; only a part of one is completed first.
    const whole = event.key === "Enter" && rows[this.#at].text.trim() === this.field.value.trim();
    if (whole || !(step || ["Tab", "Enter", "Escape"].includes(event.key))) return false;
    event.preventDefault();
    if (event.key === "Escape") this.#hide();
    else if (!step) this.#take(this.#at);
    else {
      this.#at = (this.#at + step + rows.length) % rows.length;
      this.#mark();
    }
    return true;
  }

  async #submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.#put("");
    if (!(await this.send(text)) && !this.field.value) this.#put(text);
  }

  #put(text) {
    this.field.value = text;
    drafts.set(this.place(), text);
    this.#grow();
    this.#hide();
  }

  #wrap(mark) {
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    this.field.setRangeText(`${mark}${value.slice(start, end)}${mark}`, start, end, "end");
    if (start === end) this.field.setSelectionRange(start + 1, start + 1);
    this.#typed();
    this.focus();
  }

  #insert(text) {
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.#typed();
    this.focus();
  }
}

function openShortcuts(opener, write) {
  const global = session.shortcuts.filter(({ type }) => type === "global").map(({ name, callback_id }) => ({
    label: name, hint: "Shortcut", mark: icon("bolt", 16), run: () => act("shortcut", { callback_id }),
  }));
  const commands = session.commands.map(({ name, description }) => ({
    label: name, hint: description, mark: icon("code", 16), run: () => write(`${name} `),
  }));
  openMenu(opener, [...global, ...(commands.length ? [null, ...commands] : [])], "Shortcuts");
}
