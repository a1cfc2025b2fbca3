// The field one writes in: Enter sends, Shift+Enter makes a line, "/" offers commands, "@" people, "#" channels, ":" emoji.
import { avatar } from "./people.js";
import { fill, freshId, h } from "./dom.js";
import { emojiFor, findEmoji } from "./emoji.js";
import { emojiPicture } from "./emojiart.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { openEmojiPicker } from "./reactions.js";
import { session } from "./session.js";
import { act } from "./sync.js";

const drafts = new Map();

/** What may be meant by the last word before the caret: `{from, rows: [{text, label, hint, mark}]}` or null. */
function offersFor(before, commandsWork) {
  if (before.startsWith("/")) return commandsWork ? commandOffers(before) : null;
  const [, mark, word] = /(?:^|\s)([@#:])([\w.+-]*)$/.exec(before) ?? [];
  if (!mark || (mark === ":" && word.length < 2)) return null;
  const rows = OFFERS[mark](word.toLowerCase()).slice(0, 7);
  return rows.length ? { from: before.length - word.length - 1, rows } : null;
}

function commandOffers(before) {
  const [word, ...rest] = before.split(/\s/);
  const fitting = session.commands.filter(({ name }) => (rest.length ? name === word : name.startsWith(word)));
  const rows = fitting.map(({ name, description, usage_hint: usage }) => ({ text: `${name} `, label: [h("strong", null, name), " ", h("span", { class: "faint" }, usage)], hint: description, mark: icon("bolt", 16) }));
  return rows.length ? { from: 0, rows, passive: rest.length > 0 } : null;
}

const OFFERS = {
  "@": (word) => [...session.people.values()].filter((one) => `${one.name} ${one.real_name}`.toLowerCase().includes(word))
    .map((one) => ({ text: `@${one.name} `, label: one.real_name, hint: `@${one.name}`, mark: avatar(one, 20) })),
  "#": (word) => [...session.channels.values()].filter((one) => !one.is_im && !one.is_archived && one.name.includes(word))
    .map((one) => ({ text: `#${one.name} `, label: one.name, mark: icon(one.is_private ? "lock" : "hash", 16) })),
  ":": (word) => findEmoji(word).map(([name, character]) => ({ text: `${character} `, label: `:${name}:`, mark: h("span", { class: "emoji" }, emojiPicture(name, character)) })),
};

/** Builds a composer. `place()` names the draft it keeps, `send(text)` says whether the text was taken. */
export function createComposer({ label, place, send, commandsWork }) {
  const listId = freshId("offers");
  const offers = h("div", { class: "offers", role: "listbox", id: listId, "aria-label": "Suggestions", hidden: true });
  const field = h("textarea", { rows: 1, "aria-label": label(), "aria-controls": listId, "aria-autocomplete": "list", oninput: typed, onkeydown: pressed, onblur: () => hide(), onclick: suggest });
  const button = h("button", { type: "button", class: "send", "aria-label": "Send message", title: "Send (Enter)", onclick: submit }, icon("send"));
  let open = null;
  let at = 0;

  function typed() {
    drafts.set(place(), field.value);
    grow();
    suggest();
  }
  function grow() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 260)}px`;
    button.classList.toggle("ready", Boolean(field.value.trim()));
  }
  function suggest() {
    open = offersFor(field.value.slice(0, field.selectionStart), commandsWork);
    at = 0;
    offers.hidden = !open;
    if (open) fill(offers, open.rows.map(offer));
    mark();
  }
  const offer = (row, index) => h("div", { role: "option", id: `${listId}-${index}`, class: "option", onpointerdown: (event) => { event.preventDefault(); take(index); } },
    row.mark, h("span", { class: "grow" }, row.label, row.hint && h("small", null, row.hint)));
  function mark() {
    const active = open && !open.passive ? at : -1;
    [...offers.children].forEach((node, index) => {
      node.classList.toggle("active", index === active);
      node.setAttribute("aria-selected", String(index === active));
    });
    if (active >= 0) field.setAttribute("aria-activedescendant", `${listId}-${active}`);
    else field.removeAttribute("aria-activedescendant");
  }
  function hide() {
    open = null;
    offers.hidden = true;
    mark();
  }
  function take(index) {
    if (open.passive) return;
    const caret = field.selectionStart;
    field.setRangeText(open.rows[index].text, open.from, caret, "end");
    typed();
    field.focus();
  }
  function pressed(event) {
    if (event.isComposing) return;
    if (open && !open.passive && OFFER_KEYS[event.key]) {
      // A whole command is sent by Enter at once; only a part of one is completed first.
      const whole = event.key === "Enter" && open.rows[at].text.trim() === field.value.trim();
      if (!whole) {
        event.preventDefault();
        OFFER_KEYS[event.key]();
        return;
      }
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  }
  const step = (by) => () => { at = (at + by + open.rows.length) % open.rows.length; mark(); };
  const OFFER_KEYS = { ArrowDown: step(1), ArrowUp: step(-1), Tab: () => take(at), Enter: () => take(at), Escape: hide };
  async function submit() {
    const text = field.value.trim();
    if (!text) return;
    put("");
    if (!(await send(text))) put(text);
  }
  function put(text) {
    field.value = text;
    drafts.set(place(), text);
    grow();
    hide();
  }
  function wrap(around) {
    const { selectionStart: start, selectionEnd: end, value } = field;
    field.setRangeText(`${around}${value.slice(start, end)}${around}`, start, end, "end");
    if (start === end) field.setSelectionRange(start + around.length, start + around.length);
    typed();
    field.focus();
  }
  function insert(text) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    typed();
    field.focus();
  }
  const tool = (name, words, onclick) => h("button", { type: "button", class: "quiet square", "aria-label": words, title: words, onclick }, icon(name));
  const node = h("div", { class: "composer" }, offers,
    h("div", { class: "tools" }, tool("bold", "Bold", () => wrap("*")), tool("italic", "Italic", () => wrap("_")), tool("strike", "Strikethrough", () => wrap("~")), tool("code", "Code", () => wrap("`"))),
    field,
    h("div", { class: "tools" },
      commandsWork && tool("bolt", "Shortcuts", ({ currentTarget }) => openShortcuts(currentTarget, insert)),
      tool("smile", "Emoji", ({ currentTarget }) => openEmojiPicker(currentTarget, (name) => insert(`${emojiFor(name)} `))),
      tool("at", "Mention somebody", () => insert("@")), h("span", { class: "grow" }), button));

  return {
    node, insert,
    focus: () => field.focus(),
    /** Shows the draft of the place one came to. */
    arrive() {
      const words = label();
      field.placeholder = words;
      field.setAttribute("aria-label", words);
      put(drafts.get(place()) ?? "");
    },
    /** Writes a text into the field, to be sent by the person. */
    suggestText(text) {
      put(text);
      field.focus();
      suggest();
    },
  };
}

function openShortcuts(opener, insert) {
  const global = session.shortcuts.filter(({ type }) => type === "global");
  const commands = session.commands.map(({ name, description }) => ({ label: name, hint: description, mark: icon("code", 16), run: () => insert(`${name} `) }));
  openMenu(opener, [
    ...global.map((one) => ({ label: one.name, hint: "Shortcut", mark: icon("bolt", 16), run: () => act("shortcut", { callback_id: one.callback_id }) })),
    ...(commands.length ? [null, ...commands] : []),
  ], "Shortcuts");
}
