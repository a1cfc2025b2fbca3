// The bot's modals: a stack of dialogs, of which the topmost shows. What was typed survives the bot's updates.
import { drawBlocks } from "./blocks.js";
import { button, iconButton } from "./controls.js";
import { announce, fill, h, rememberFocus } from "./dom.js";
import { problemIn } from "./fields.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { closePopover, openField } from "./popover.js";
import { session } from "./session.js";
import { Surface, valueKey } from "./surface.js";
import { act, refresh } from "./sync.js";

const surfaces = new Map();
let frame = null;

/** Brings the dialog in step with the stack of views. */
export function drawModals() {
  const { stack } = session.views;
  const open = new Set(stack.map(({ id }) => id));
  for (const id of surfaces.keys()) if (!open.has(id)) surfaces.delete(id);
  const view = stack.at(-1);
  if (!view) return closeFrame();
  frame ??= openFrame();
  const drawn = JSON.stringify([view.id, view.hash, stack.length, session.people.size]);
  if (frame.drawn !== drawn) drawView(view, stack);
  frame.drawn = drawn;
  if (Object.keys(session.views.errors ?? {}).length) showErrors(session.views.errors);
  return undefined;
}

function openFrame() {
  const before = document.activeElement;
  const dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    closeTop();
  });
  dialog.addEventListener("click", followMention);
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, before, drawn: "", view: "" };
}

function closeFrame() {
  if (!frame) return;
  closePopover({ refocus: false });
  frame.dialog.close();
  frame.dialog.remove();
  frame.before?.focus?.();
  frame = null;
}

function surfaceOf(view) {
  if (!surfaces.has(view.id)) surfaces.set(view.id, new Surface({ type: "view", view_id: view.id }, view.state));
  const surface = surfaces.get(view.id);
  surface.keep(view.blocks);
  return surface;
}

function drawView(view, stack) {
  const { dialog } = frame;
  const another = frame.view !== view.id;
  const restore = rememberFocus(dialog);
  const opened = another ? "" : openField();
  const scroll = another ? 0 : dialog.querySelector(".modal-body")?.scrollTop ?? 0;
  closePopover({ refocus: false });
  frame.view = view.id;
  const below = stack.at(-2);
  const mark = below ? iconButton("left", `Back to ${plain(below.title.text)}`, closeTop)
    : h("span", { class: "app-mark" }, icon("siren", 20));
  fill(dialog,
    h("header", null, mark, h("h2", { id: "modal-title" }, plain(view.title.text)), iconButton("cross", "Close", () => leave(true))),
    h("form", { novalidate: true, onsubmit: submit },
      h("div", { class: "modal-body" }, h("p", { class: "modal-problem", role: "alert" }), drawBlocks(view.blocks, surfaceOf(view))),
      footer(view)));
  dialog.classList.toggle("stacked", stack.length > 1);
  dialog.querySelector(".modal-body").scrollTop = scroll;
  // A modal may open with "One moment…" and get its inputs later; only then is there something to focus.
  if (another || !frame.hadInputs) focusFirst(view);
  else restore();
  // What somebody chooses from just now stays open while the bot changes the form around it.
  if (opened) dialog.querySelector(`[data-field="${CSS.escape(opened)}"]`)?.click();
  frame.hadInputs = view.blocks.some(({ type }) => type === "input");
}

function footer(view) {
  const wanted = view.submit || view.blocks.some(({ type }) => type === "input");
  const submitting = h("button", { type: "submit", class: "button primary", disabled: Boolean(view.submit_disabled) },
    h("span", null, plain(view.submit?.text ?? "Submit")));
  return h("footer", null, button("button", closeTop, plain(view.close?.text ?? (wanted ? "Cancel" : "Close"))), wanted && submitting);
}

function focusFirst(view) {
  const wanted = view.blocks.find(({ element }) => element?.focus_on_load);
  const field = wanted && `[data-field="${CSS.escape(`${wanted.block_id}/${wanted.element.action_id}`)}"]`;
  const first = frame.dialog.querySelector(field || ".block.input [data-field], footer .primary, footer button");
  first?.focus();
  announce(plain(view.title.text));
}

function closeTop() {
  return leave(false);
}

/** A mention leads out of the modal: one that only told something has done its work, one being filled in stays open. */
function followMention({ target }) {
  const filling = session.views.stack.at(-1)?.blocks.some(({ type }) => type === "input");
  if (target.closest(".mention") && !filling) leave(true);
}

async function leave(all) {
  await act("close", { view_id: session.views.stack.at(-1)?.id, all });
  await refresh("views");
}

async function submit(event) {
  event.preventDefault();
  const view = session.views.stack.at(-1);
  const surface = surfaceOf(view);
  const problems = clientProblems(view, surface);
  showErrors(problems);
  if (Object.keys(problems).length) return;
  const submitting = frame.dialog.querySelector("footer [type=submit]");
  if (submitting.getAttribute("aria-busy") === "true") return;
  submitting.setAttribute("aria-busy", "true");
  const answer = await act("submit", { view_id: view.id, values: surface.values() });
  await refresh("views");
  submitting.removeAttribute("aria-busy");
  if (!frame) return;
  if (answer?.errors) showErrors(answer.errors);
  if (!answer || answer.notice) problem(answer?.notice ?? "We had some trouble connecting. Try again?");
}

function clientProblems(view, surface) {
  const inputs = view.blocks.filter(({ type, element }) => type === "input" && valueKey(element));
  const found = inputs.map((block) => {
    const { block_id, element } = block;
    return [block_id, problemIn({ block, element, value: surface.entry(block, element)[valueKey(element)] })];
  });
  return Object.fromEntries(found.filter(([, sentence]) => sentence));
}

function problem(sentence) {
  fill(frame.dialog.querySelector(".modal-problem"), sentence && [icon("warning", 16), sentence]);
}

/** Puts each sentence under its input and the focus into the first of them. */
function showErrors(errors) {
  problem("");
  let first = null;
  for (const node of frame.dialog.querySelectorAll(".block.input")) {
    const sentence = errors[node.dataset.block] ?? "";
    const field = node.querySelector("[data-field]");
    node.classList.toggle("wrong", Boolean(sentence));
    fill(node.querySelector(".field-error"), sentence && [icon("warning", 14), sentence]);
    field?.toggleAttribute("aria-invalid", Boolean(sentence));
    if (sentence) first ??= field;
  }
  const known = new Set([...frame.dialog.querySelectorAll(".block.input")].map((node) => node.dataset.block));
  if (Object.keys(errors).some((block) => !known.has(block))) problem("We had some trouble connecting. Try again?");
  first?.focus();
}
