// Every kind of select menu: static, people, conversations, channels; one or many; and the list that opens from them.
import { avatar } from "./people.js";
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { closePopover, openPopover } from "./popover.js";
import { channelTitle, session } from "./session.js";

const SEARCH_FROM = 8;

const optionRow = (option) => ({
  key: option.value, words: plain(option.text.text), label: textObject(option.text), hint: option.description && textObject(option.description), picked: option,
});
const optionGroups = ({ options, option_groups: groups }) =>
  groups?.map(({ label, options: own }) => ({ title: plain(label.text), rows: own.map(optionRow) })) ?? [{ rows: (options ?? []).map(optionRow) }];

const personRow = (one) => ({ key: one.id, words: one.real_name, label: [avatar(one, 20), one.real_name], hint: `@${one.name}`, picked: one.id });
const peopleGroups = () => [{ rows: [...session.people.values()].map(personRow) }];

const channelRow = (one) => ({
  key: one.id, words: channelTitle(one), label: [icon(one.is_im ? "at" : one.is_private ? "lock" : "hash", 14), channelTitle(one)], picked: one.id,
});

function channelGroups({ type, filter }) {
  const kinds = type.includes("channels") ? ["public"] : (filter?.include ?? ["public", "private", "im"]);
  const kind = (one) => (one.is_im ? "im" : one.is_private ? "private" : "public");
  const fits = (one) => kinds.includes(kind(one)) && !one.is_archived && !(filter?.exclude_bot_users && session.people.get(one.im_user)?.is_bot);
  return [{ rows: [...session.channels.values()].filter(fits).map(channelRow) }];
}

function groupsFor(element) {
  if (element.type.endsWith("users_select")) return peopleGroups();
  if (/(conversations|channels)_select$/.test(element.type)) return channelGroups(element);
  return optionGroups(element);
}

const keyOf = (picked) => picked?.value ?? picked;

/** Draws a select; `names` carries the attributes that tie it to its label and error. */
export function drawSelect(control, names) {
  const { element } = control;
  const many = element.type.startsWith("multi_");
  const box = h("div", { class: `select ${many ? "many" : ""}` });
  const rowFor = (picked) => groupsFor(element).flatMap(({ rows }) => rows).find(({ key }) => key === keyOf(picked));
  const pick = async (value) => {
    const telling = control.choose(value);
    show();
    if (!(await telling)) show();
  };
  function show() {
    const chosen = [control.value].flat().filter((one) => one !== null && one !== undefined);
    const words = many ? [] : chosen.flatMap((one) => rowFor(one)?.label ?? [String(keyOf(one))]);
    const trigger = h("button", {
      type: "button", class: `select-trigger ${words.length ? "" : "empty"}`, "aria-haspopup": "listbox", "aria-expanded": "false", "data-field": control.field,
      ...names, "aria-label": names["aria-labelledby"] ? null : element.placeholder?.text ?? "Choose", onclick: open,
    }, h("span", { class: "grow" }, words.length ? words : textObject(element.placeholder ?? { text: many ? "Choose options" : "Choose an option" })), icon("down", 14));
    fill(box, many && chosen.map((one) => token(rowFor(one), one)), trigger, !many && chosen.length && control.block.optional ? clear() : null);
  }
  const token = (row, picked) => h("button", { type: "button", class: "token", "aria-label": `Remove ${row?.words ?? keyOf(picked)}`, onclick: () => pick(control.value.filter((one) => keyOf(one) !== keyOf(picked))) },
    row?.label ?? keyOf(picked), icon("cross", 10));
  const clear = () => h("button", { type: "button", class: "quiet clear", "aria-label": "Clear", onclick: () => pick(null) }, icon("cross", 12));
  function open({ currentTarget }) {
    const chosen = new Set([control.value].flat().map(keyOf));
    openListBox(currentTarget, groupsFor(element), chosen, many, (row) => {
      if (!many) return pick(row.picked);
      return pick(chosen.has(row.key) ? control.value.filter((one) => keyOf(one) !== row.key) : [...control.value, row.picked].slice(0, element.max_selected_items ?? 100));
    });
  }
  show();
  return box;
}

/** A list box below `opener`. Typing filters, arrows move, Enter or a click chooses. */
export function openListBox(opener, groups, chosen, many, onPick) {
  const id = freshId("list");
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const list = h("div", { class: "listbox", role: "listbox", id, "aria-multiselectable": String(many), tabIndex: count < SEARCH_FROM ? 0 : -1 });
  const search = count < SEARCH_FROM ? null
    : h("input", { class: "field", type: "search", placeholder: "Search", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-label": "Search options" });
  const keeper = search ?? list;
  let rows = [];
  let at = 0;
  const choose = (row) => {
    closePopover();
    onPick(row);
  };
  function draw() {
    const word = search?.value.trim().toLowerCase() ?? "";
    rows = [];
    fill(list, groups.map(({ title, rows: all }) => {
      const fitting = all.filter(({ words }) => words.toLowerCase().includes(word));
      return fitting.length ? [title && h("div", { class: "list-title" }, title), fitting.map(option)] : null;
    }), null);
    if (!rows.length) fill(list, h("p", { class: "faint pad" }, "Nothing matches."));
    move(word ? 0 : Math.max(0, rows.findIndex(({ row }) => chosen.has(row.key))));
  }
  function option(row) {
    const node = h("div", { role: "option", id: freshId("option"), class: "option", "aria-selected": String(chosen.has(row.key)), onclick: () => choose(row) },
      h("span", { class: "grow" }, h("span", { class: "option-label" }, row.label), row.hint && h("small", null, row.hint)), chosen.has(row.key) && icon("check", 16));
    rows.push({ row, node });
    return node;
  }
  function move(to) {
    rows[at]?.node.classList.remove("active");
    at = rows.length ? (to + rows.length) % rows.length : 0;
    rows[at]?.node.classList.add("active");
    rows[at]?.node.scrollIntoView({ block: "nearest" });
    if (rows[at]) keeper.setAttribute("aria-activedescendant", rows[at].node.id);
  }
  function press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const jump = !search && event.key.length === 1 && event.key !== " " ? rows.findIndex(({ row }) => row.words.toLowerCase().startsWith(event.key.toLowerCase())) : -1;
    if (steps[event.key]) move(at + steps[event.key]);
    else if (event.key === "Enter" || (event.key === " " && !search)) rows[at] && choose(rows[at].row);
    else if (jump >= 0) move(jump);
    else return;
    event.preventDefault();
  }
  search?.addEventListener("input", draw);
  draw();
  const card = openPopover(opener, [search, list], { role: "presentation", wide: true });
  card?.addEventListener("keydown", press);
  if (card) keeper.focus();
  if (card) move(at);
}
