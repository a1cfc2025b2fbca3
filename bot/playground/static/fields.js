// Fields one types or ticks: text, numbers, dates, checkboxes, radio buttons. And what Slack's client checks in them.
import { fill, freshId, h } from "./dom.js";
import { fieldSeconds, fieldTime } from "./dates.js";
import { plain, textObject } from "./mrkdwn.js";

const TEXT_LIMIT = 3000;
const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** plain_text_input, email_text_input, url_text_input, number_input. */
export function drawText(control, names) {
  const { element, block } = control;
  const counter = h("span", { class: "counter", "aria-hidden": "true" });
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tell = (kind) => block.dispatch_action && when.includes(kind) && control.choose(field.value || null);
  const typed = () => {
    control.remember(field.value || null);
    fit();
    tell("on_character_entered");
  };
  const pressed = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (block.dispatch_action && when.includes("on_enter_pressed")) event.preventDefault();
    tell("on_enter_pressed");
  };
  const shared = {
    class: "field", value: control.value ?? "", placeholder: plain(element.placeholder?.text ?? ""), autocomplete: "off",
    oninput: typed, onkeydown: pressed, "data-field": control.field, ...names,
  };
  const field = element.multiline ? h("textarea", { ...shared, rows: 4 })
    : h("input", { ...shared, type: TYPES[element.type] ?? "text", inputmode: element.type === "number_input" ? "decimal" : null });
  function fit() {
    const left = (element.max_length ?? TEXT_LIMIT) - field.value.length;
    fill(counter, left <= Math.min(60, (element.max_length ?? TEXT_LIMIT) / 3) ? String(left) : "");
    counter.classList.toggle("over", left < 0);
  }
  fit();
  return h("div", { class: "text-field" }, field, counter);
}

const KINDS = {
  datepicker: ["date", (value) => value ?? "", (text) => text || null],
  timepicker: ["time", (value) => value ?? "", (text) => text || null],
  datetimepicker: ["datetime-local", (value) => (value ? fieldTime(value) : ""), (text) => (text ? fieldSeconds(text) : null)],
};

/** datepicker, timepicker, datetimepicker; the moment is meant in the zone of the person one is. */
export function drawDate(control, names) {
  const [type, toField, fromField] = KINDS[control.element.type];
  const changed = async () => {
    if (!(await control.choose(fromField(field.value)))) field.value = toField(control.value);
  };
  const field = h("input", {
    class: "field date", type, value: toField(control.value), onchange: changed, "data-field": control.field,
    "aria-label": names["aria-labelledby"] ? null : control.element.placeholder?.text ?? type, ...names,
  });
  return field;
}

function choice(type, name, option, checked, onchange) {
  const id = freshId("choice");
  return h("div", { class: "choice" },
    h("input", { type, name, id, checked, onchange, "data-field": `${name}/${option.value}` }),
    h("label", { for: id }, h("span", null, textObject(option.text)),
      option.description && h("small", null, textObject(option.description))));
}

export function drawCheckboxes(control, names) {
  const { options } = control.element;
  const box = h("div", { class: "choices", role: "group", ...names });
  const isTicked = (option) => control.value.some(({ value }) => value === option.value);
  const show = () => fill(box, options.map((option) => choice("checkbox", control.field, option, isTicked(option), changed)));
  async function changed() {
    const ticked = [...box.querySelectorAll("input")].map((input) => input.checked);
    if (!(await control.choose(options.filter((_, index) => ticked[index])))) show();
  }
  show();
  return box;
}

export function drawRadios(control, names) {
  const { options } = control.element;
  const box = h("div", { class: "choices", role: "radiogroup", ...names });
  const group = freshId("radio");
  const show = () => fill(box, options.map((option) => choice("radio", group, option, control.value?.value === option.value, async () => {
    if (!(await control.choose(option))) show();
  })));
  show();
  return box;
}

const empty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

const FORMATS = {
  email_text_input: (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? "" : "Enter a valid email address."),
  url_text_input: (value) => (/^https?:\/\/[^\s/]+/i.test(value) ? "" : "Enter a valid URL, beginning with https:// or http://."),
  number_input: numberProblem,
};

function numberProblem(text, { is_decimal_allowed: decimal, min_value: min, max_value: max }) {
  if (!(decimal ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(text.trim())) return decimal ? "Enter a number." : "Enter a whole number.";
  if (min !== undefined && Number(text) < Number(min)) return `Enter a number of at least ${min}.`;
  if (max !== undefined && Number(text) > Number(max)) return `Enter a number of at most ${max}.`;
  return "";
}

/** What Slack's client finds wrong in an input block before it sends anything; "" when all is well. */
export function problemIn({ block, element, value }) {
  if (empty(value)) return block.optional ? "" : "Please complete this required field.";
  if (typeof value !== "string") return "";
  if (value.length < (element.min_length ?? 0)) return `Please enter at least ${element.min_length} characters.`;
  const most = element.max_length ?? TEXT_LIMIT;
  if (value.length > most) return `Please enter at most ${most} characters; there are ${value.length} now.`;
  return FORMATS[element.type]?.(value, element) ?? "";
}
