// What can be pressed and filled: one Surface per message or view, one Control per element on it. They keep what the
// person chose while the bot redraws the view, and send block_actions as Slack would.
import { confirmObject } from "./dialog.js";
import { act } from "./sync.js";

/** What an untouched element holds, under the key Slack uses for it. Elements that are not here hold nothing. */
const UNTOUCHED = {
  plain_text_input: ["value", "initial_value"], email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"], number_input: ["value", "initial_value"],
  static_select: ["selected_option", "initial_option"], external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"], checkboxes: ["selected_options", "initial_options", []],
  multi_static_select: ["selected_options", "initial_options", []], multi_external_select: ["selected_options", "initial_options", []],
  users_select: ["selected_user", "initial_user"], multi_users_select: ["selected_users", "initial_users", []],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations", []],
  channels_select: ["selected_channel", "initial_channel"], multi_channels_select: ["selected_channels", "initial_channels", []],
  datepicker: ["selected_date", "initial_date"], timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

/** The key under which Slack reports this element's value. */
export function valueKey(element) {
  return UNTOUCHED[element.type]?.[0];
}

export class Surface {
  #entries = new Map();

  /**
   * `container` is Slack's: `{type: "message", channel_id, message_ts, …}` or `{type: "view", view_id}`. `state` is what
   * the server remembers of it, so that a page that was opened anew shows what had been chosen.
   */
  constructor(container, state) {
    this.container = container;
    this.remembered = state?.values ?? {};
  }

  /** The element's entry; one that was never touched, or became another kind of element, starts from its initial value. */
  entry(block, element) {
    const key = `${block.block_id}\n${element.action_id}`;
    const [field, initial, empty = null] = UNTOUCHED[element.type];
    if (this.#entries.get(key)?.value.type !== element.type) {
      const before = this.remembered[block.block_id]?.[element.action_id];
      this.put(block, element, before?.type === element.type ? before : { [field]: element[initial] ?? empty });
    }
    return this.#entries.get(key).value;
  }

  put(block, element, value) {
    const { block_id, action_id } = { ...block, ...element };
    this.#entries.set(`${block_id}\n${action_id}`, { block_id, action_id, value: { type: element.type, ...value } });
  }

  /** Forgets the elements that the new blocks no longer have: Slack resets an input whose ids change. */
  keep(blocks) {
    const stay = new Set(blocks.flatMap((block) => elementsOf(block).map((element) => `${block.block_id}\n${element.action_id}`)));
    for (const key of this.#entries.keys()) if (!stay.has(key)) this.#entries.delete(key);
    for (const block of blocks) for (const element of elementsOf(block)) if (valueKey(element)) this.entry(block, element);
  }

  /** `state.values` as Slack sends it. */
  values() {
    const values = {};
    for (const { block_id, action_id, value } of this.#entries.values()) (values[block_id] ??= {})[action_id] = value;
    return values;
  }
}

/** Every element of a block, wherever it stands. */
function elementsOf(block) {
  return [...(block.type === "actions" ? block.elements : []), block.accessory, block.element].filter((element) => element?.type);
}

export class Control {
  constructor(block, element, surface) {
    Object.assign(this, { block, element, surface });
    this.field = `${block.block_id}/${element.action_id}`;
  }

  get value() {
    return this.surface.entry(this.block, this.element)[valueKey(this.element)];
  }

  /** Remembers without telling the bot: typing, and inputs that do not dispatch. */
  remember(value) {
    this.surface.put(this.block, this.element, { [valueKey(this.element)]: value });
  }

  /** Remembers, and tells the bot if this element does that. False when the person took it back in the confirm dialog. */
  async choose(value) {
    const before = this.value;
    this.remember(value);
    if (this.block.type === "input" && !this.block.dispatch_action) return true;
    const said = await this.press({ [valueKey(this.element)]: value });
    if (!said) this.remember(before);
    return said;
  }

  /** Sends a block_actions with this payload, after the confirm dialog if there is one. False when it was declined. */
  async press(payload) {
    if (this.element.confirm && !(await confirmObject(this.element.confirm))) return false;
    const { block: { block_id }, element: { action_id }, surface } = this;
    await act("action", { container: surface.container, block_id, action_id, payload, values: surface.values() });
    return true;
  }
}
