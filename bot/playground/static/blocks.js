// Block Kit → DOM: what messages, modals and App Home are made of.
import { drawCheckboxes, drawDate, drawRadios, drawText } from "./fields.js";
import { button } from "./controls.js";
import { freshId, h } from "./dom.js";
import { icon } from "./icons.js";
import { anchor, mrkdwn, plain, plainText, textObject } from "./mrkdwn.js";
import { drawSelect } from "./pickers.js";
import { openMenu } from "./popover.js";
import { richText } from "./richtext.js";
import { Control } from "./surface.js";

/** Draws blocks; presses and choices go through `surface`. */
export function drawBlocks(blocks, surface) {
  return blocks.map((block) => (BLOCKS[block.type] ?? unknown)(block, surface));
}

const BLOCKS = {
  section: (block, surface) => h("div", { class: "block section" },
    h("div", { class: "grow" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields && h("div", { class: "section-fields" }, block.fields.map((field) => h("div", { class: "text" }, textObject(field))))),
    block.accessory && h("div", { class: "accessory" }, drawElement(block.accessory, block, surface))),
  header: ({ text }) => h("h3", { class: "block header" }, textObject(text)),
  divider: () => h("hr", { class: "block" }),
  context: ({ elements }) => h("div", { class: "block context" }, elements.map((element) =>
    element.type === "image" ? picture(element, "tiny") : h("span", { class: "text" }, textObject(element)))),
  actions: (block, surface) => h("div", { class: "block actions" }, block.elements.map((element) => drawElement(element, block, surface))),
  image: (block) => h("figure", { class: "block" }, block.title && h("figcaption", null, textObject(block.title)), picture(block, "large")),
  rich_text: (block) => h("div", { class: "block" }, richText(block)),
  input: drawInput,
  table: drawTable,
  markdown: ({ text }) => h("div", { class: "block text preserve" }, text),
  alert: ({ text, level = "default" }) => h("div", { class: `block alert ${level}`, role: "note" }, textObject(text)),
};

/** Slack shows nothing it does not know; here it is named, for the bot's author to see. */
function unknown(thing) {
  return h("div", { class: "block unknown" }, `The local Slack does not draw “${thing.type}”.`);
}

function drawInput(block, surface) {
  const label = freshId("label");
  const error = freshId("error");
  const hint = block.hint && freshId("hint");
  const names = { "aria-labelledby": label, "aria-describedby": [hint, error].filter(Boolean).join(" ") };
  return h("div", { class: "block input", "data-block": block.block_id },
    h("div", { class: "label", id: label }, textObject(block.label), block.optional && h("span", { class: "faint" }, " (optional)")),
    drawElement(block.element, block, surface, names),
    block.hint && h("p", { class: "hint", id: hint }, textObject(block.hint)),
    h("p", { class: "field-error", id: error }));
}

function drawTable({ rows }) {
  const cell = (one) => (one.type === "rich_text" ? richText(one) : String(one.text ?? one.value ?? ""));
  const [head, ...body] = rows;
  return h("div", { class: "block table-box" }, h("table", null,
    h("thead", null, h("tr", null, head.map((one) => h("th", { scope: "col" }, cell(one))))),
    h("tbody", null, body.map((row) => h("tr", null, row.map((one) => h("td", null, cell(one))))))));
}

const ELEMENTS = {
  button: drawButton, overflow: drawOverflow, image: (element) => picture(element, "thumb"), workflow_button: drawButton,
  checkboxes: drawCheckboxes, radio_buttons: drawRadios,
  datepicker: drawDate, timepicker: drawDate, datetimepicker: drawDate,
  plain_text_input: drawText, email_text_input: drawText, url_text_input: drawText, number_input: drawText,
  static_select: drawSelect, multi_static_select: drawSelect, users_select: drawSelect, multi_users_select: drawSelect,
  conversations_select: drawSelect, multi_conversations_select: drawSelect, channels_select: drawSelect, multi_channels_select: drawSelect,
};

function drawElement(element, block, surface, names = {}) {
  const draw = ELEMENTS[element.type];
  if (!draw) return unknown(element);
  return element.type === "image" ? draw(element) : draw(new Control(block, element, surface), names);
}

function drawButton(control) {
  const { element } = control;
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (element.url) window.open(element.url, "_blank", "noopener");
    pressed.setAttribute("aria-busy", "true");
    await control.press({ value: element.value });
    pressed.removeAttribute("aria-busy");
  };
  const content = [h("span", null, textObject(element.text)), element.url && icon("link", 13)];
  const names = { "data-field": control.field, "aria-label": element.accessibility_label };
  return button(`button ${element.style ?? ""}`, press, content, names);
}

function drawOverflow(control) {
  const item = (option) => ({
    label: textObject(option.text), hint: option.description && textObject(option.description),
    run: () => {
      if (option.url) window.open(option.url, "_blank", "noopener");
      control.press({ selected_option: option });
    },
  });
  const open = ({ currentTarget }) => openMenu(currentTarget, control.element.options.map(item), "More actions");
  const names = { "aria-label": "More actions", "aria-haspopup": "menu", "data-field": control.field };
  return button("button square", open, icon("dots"), names);
}

/** The path of a picture this server holds, or nothing: the page never fetches from elsewhere. */
export function localPath(address) {
  if (!address) return "";
  const url = new URL(address, location.href);
  const here = url.host === location.host || /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  return here && url.pathname.startsWith("/files") ? `${url.pathname}${url.search}` : "";
}

function picture({ image_url: address, slack_file: file, alt_text: alt }, size) {
  const path = localPath(address ?? file?.url ?? (file?.id ? `/files/${file.id}` : ""));
  if (path) return h("img", { class: `picture ${size}`, src: path, alt, loading: "lazy" });
  const words = plain(alt ?? "");
  if (size !== "large") {
    return h("span", { class: `picture ${size} absent`, role: "img", "aria-label": words, title: words }, [...words][0]?.toUpperCase());
  }
  return h("div", { class: "picture large absent" }, h("p", null, words),
    address && h("p", { class: "faint" }, "Pictures from elsewhere are not fetched: ", anchor(address, address)));
}

const BARS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

function drawField({ title = "", value = "" }) {
  return h("div", { class: "text" }, h("strong", null, plainText(title)), h("br"), mrkdwn(value));
}

/** An attachment: blocks, or the old keys, beside a coloured bar. */
export function drawAttachment(attachment, surface) {
  const { color, blocks, pretext, author_name: author, title, title_link: link, text, fields, footer, fallback } = attachment;
  const bar = BARS[color] ?? (color ? `#${color.replace("#", "")}` : "");
  const legacy = [
    author && h("div", { class: "faint" }, plainText(author)),
    title && h("strong", null, link ? anchor(link, plain(title)) : plainText(title)),
    (text || (!title && fallback)) && h("div", { class: "text" }, mrkdwn(text || fallback)),
    fields && h("div", { class: "section-fields" }, fields.map(drawField)),
    footer && h("div", { class: "context" }, plainText(footer)),
  ];
  return [
    pretext && h("div", { class: "text" }, mrkdwn(pretext)),
    h("div", { class: "attachment", style: bar ? { "--bar": bar } : {} }, blocks ? drawBlocks(blocks, surface) : legacy),
  ];
}
