// Every kind of select menu: static, people, conversations, channels; one or many.
import { button } from "./controls.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { openListBox } from "./listbox.js";
import { plain, textObject } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { channelTitle, everybody, session } from "./session.js";

const MOST = 100;

const optionRow = (option) => ({
  key: option.value, picked: option, words: plain(option.text.text), label: textObject(option.text),
  hint: option.description && textObject(option.description),
});

const personRow = (one) => ({
  key: one.id, picked: one.id, words: one.real_name, label: [avatar(one, 20), one.real_name], hint: `@${one.name}`,
});

const channelKind = (one) => (one.is_im ? "im" : one.is_private ? "private" : "public");
const KIND_ICONS = { im: "at", private: "lock", public: "hash" };

const channelRow = (one) => ({
  key: one.id, picked: one.id, words: channelTitle(one), label: [icon(KIND_ICONS[channelKind(one)], 14), channelTitle(one)],
});

function optionGroups({ options = [], option_groups: groups }) {
  if (!groups) return [{ rows: options.map(optionRow) }];
  return groups.map(({ label, options: own }) => ({ title: plain(label.text), rows: own.map(optionRow) }));
}

function channelGroups({ type, filter }) {
  const kinds = type.includes("channels") ? ["public"] : (filter?.include ?? ["public", "private", "im"]);
  const isBot = (one) => session.people.get(one.im_user)?.is_bot;
  const fits = (one) => kinds.includes(channelKind(one)) && !one.is_archived && !(filter?.exclude_bot_users && isBot(one));
  return [{ rows: [...session.channels.values()].filter(fits).map(channelRow) }];
}

function groupsFor(element) {
  if (element.type.endsWith("users_select")) return [{ rows: everybody().map(personRow) }];
  if (/(conversations|channels)_select$/.test(element.type)) return channelGroups(element);
  return optionGroups(element);
}

const keyOf = (picked) => picked?.value ?? picked;

/** Draws a select; `names` carries the attributes that tie it to its label and error. */
export function drawSelect(control, names) {
  return new Select(control, names).box;
}

class Select {
  constructor(control, names) {
    Object.assign(this, { control, names, element: control.element });
    this.many = this.element.type.startsWith("multi_");
    this.box = h("div", { class: this.many ? "select many" : "select" });
    this.#show();
  }

  get #chosen() {
    return [this.control.value].flat().filter((one) => one !== null && one !== undefined);
  }

  #rowFor(picked) {
    return groupsFor(this.element).flatMap(({ rows }) => rows).find(({ key }) => key === keyOf(picked));
  }

  #show() {
    const chosen = this.#chosen;
    const clearable = !this.many && chosen.length > 0 && this.control.block.optional;
    fill(this.box, this.many && chosen.map((one) => this.#token(one)), this.#trigger(this.many ? null : chosen[0]),
      clearable && button("quiet clear", () => this.#pick(null), icon("cross", 12), { "aria-label": "Clear" }));
  }

  #trigger(picked) {
    const shown = picked ? this.#rowFor(picked)?.label ?? String(keyOf(picked)) : null;
    const empty = this.element.placeholder ?? { text: this.many ? "Choose options" : "Choose an option" };
    const label = h("span", { class: "grow" }, shown ?? textObject(empty));
    const open = ({ currentTarget }) => this.#open(currentTarget);
    return button(shown ? "select-trigger" : "select-trigger empty", open, [label, icon("down", 14)], {
      "aria-haspopup": "listbox", "aria-expanded": "false", "data-field": this.control.field,
      "aria-label": this.names["aria-labelledby"] ? null : plain(empty.text), ...this.names,
    });
  }

  #token(picked) {
    const row = this.#rowFor(picked);
    const content = [row?.label ?? keyOf(picked), icon("cross", 10)];
    return button("token", () => this.#toggle(keyOf(picked)), content, { "aria-label": `Remove ${row?.words ?? keyOf(picked)}` });
  }

  #open(opener) {
    openListBox(opener, groupsFor(this.element), {
      chosen: new Set(this.#chosen.map(keyOf)), many: this.many,
      onPick: (row) => (this.many ? this.#toggle(row.key, row.picked) : this.#pick(row.picked)),
    });
  }

  #toggle(key, picked) {
    const others = this.control.value.filter((one) => keyOf(one) !== key);
    const added = others.length === this.control.value.length;
    return this.#pick(added ? [...others, picked].slice(0, this.element.max_selected_items ?? MOST) : others);
  }

  /** Takes a value, tells the bot if it wants to know, and shows the old one again when the person declines to confirm. */
  async #pick(value) {
    const telling = this.control.choose(value);
    this.#show();
    this.box.querySelector(".select-trigger").focus();
    if (!(await telling)) this.#show();
  }
}
