// A guided tour through the life of a SEV: each step says one thing to do, offers to do it, and sees by itself when it was done.
import { button, iconButton } from "./controls.js";
import { byId, fill, h } from "./dom.js";
import { fieldSeconds, fieldTime } from "./dates.js";
import { goTo } from "./places.js";
import { businessNow, currentChannel, remembered, session, tell } from "./session.js";
import { act, refresh } from "./sync.js";

const DAY_MS = 86_400_000;
const SEV = /^sev-(\d+)/;
const NOTICED = "Customers say that their cards are declined.";

/** What the tour remembers, also over a reload: the step, when it began, and the SEV it is about. */
let at = null;
let suggest = () => {};

const sevChannel = () => session.channels.get(at.sev);
const sevNumbers = () => [...session.channels.values()].map(({ name }) => Number(SEV.exec(name)?.[1] ?? 0));
const inSev = () => session.page === "channel" && session.channel === at.sev;
const botSaid = (wanted) => session.messages.some(({ user, ts, text, blocks }) => (
  user === session.bot.user_id && Number(ts) > at.since && wanted.test(`${text} ${JSON.stringify(blocks ?? [])}`)));
const command = (words) => () => inPlace(() => suggest(`${session.commands[0]?.name ?? "/sev"} ${words}`));

/** Commands about the SEV are typed in its channel. */
async function inPlace(then) {
  if (at.sev && !inSev()) await goTo(at.sev);
  then();
}

const STEPS = [
  {
    title: "Declare a SEV",
    text: "Something is wrong, and people should come together. One line is enough; then press Enter.",
    offer: ["Type it for me", command("declare SEV2 Cards are declined")],
    isDone() {
      const made = [...session.channels.values()].find(({ name }) => Number(SEV.exec(name)?.[1] ?? 0) > at.newest);
      if (made) at.sev = made.id;
      return Boolean(made);
    },
  },
  {
    title: "Go to its channel",
    text: "It has the right people in it, and a pinned card that stays true. #incidents was told as well.",
    offer: ["Open the channel", () => goTo(at.sev)],
    isDone: inSev,
  },
  {
    title: "Put a message on the timeline",
    text: "Say what you see, and put a pin 📌 on it: whoever comes later reads it in the timeline.",
    offer: ["Say and pin it", () => inPlace(sayAndPin)],
    isDone: () => inSev() && session.messages.some(({ reactions, ts }) => Number(ts) > at.since && reactions?.some(({ name, users }) => name === "pushpin" && users.includes(session.me))),
  },
  {
    title: "Tell the others",
    text: "An update shows on the card, in #incidents and to subscribers, and promises the next one.",
    offer: ["Type it for me", command("update 30m We are switching to the other card processor.")],
    isDone: () => inSev() && botSaid(/switching|next update/i),
  },
  {
    title: "Resolve it",
    text: "Cards work again. The card, the topic and the announcement follow.",
    offer: ["Type it for me", command("resolve")],
    isDone: () => /\| Resolved/.test(sevChannel()?.topic ?? ""),
  },
  {
    title: "Write down what must not be forgotten",
    text: "An action item has an owner and a due date, and reminders until it is done.",
    offer: ["Type it for me", command("action add Alert on declined cards @grace")],
    isDone: () => inSev() && botSaid(/SEV-\d+\/\d+/),
  },
  {
    title: "See what the next morning brings",
    text: "The clock can be moved. On working days at 08:30, #incidents gets a digest of what is open and owed; wait half a minute for it.",
    offer: ["Move the clock", moveToMorning],
    isDone: () => currentChannel()?.name === "incidents" && botSaid(/./),
  },
  {
    title: "That was a SEV, from its first minute to the next morning",
    text: "Now break something at Acme Pay, on the left; or type /sev help.",
    isDone: () => false,
  },
];

async function sayAndPin() {
  await act("say", { channel: at.sev, text: NOTICED });
  await refresh("messages");
  const said = session.messages.findLast(({ user, text }) => user === session.me && text === NOTICED);
  if (said) await act("react", { channel: at.sev, ts: said.ts, name: "pushpin", remove: false });
}

/** To 09:00 of the next working day, where one is; and to the channel that hears of it. */
async function moveToMorning() {
  const [today] = fieldTime(businessNow()).split("T");
  let day = Date.parse(`${today}T00:00:00Z`) + DAY_MS;
  while ([0, 6].includes(new Date(day).getUTCDay())) day += DAY_MS;
  const morning = fieldSeconds(`${new Date(day).toISOString().slice(0, 10)}T09:00`);
  await act("clock", { advance_seconds: Math.max(1, Math.round(morning - businessNow())) });
  await refresh("state");
  go(at.step, businessNow() - 1);
  const incidents = [...session.channels.values()].find(({ name }) => name === "incidents");
  if (incidents) await goTo(incidents.id);
}

function go(step, since = businessNow()) {
  at = step === null ? null : { ...at, step, since };
  remembered("tour", at);
  tell("tour");
}

/** Begins the tour anew, or ends it where it runs. */
export function toggleTour() {
  if (at) return go(null);
  at = { sev: "", newest: Math.max(0, ...sevNumbers()) };
  return go(0);
}

/** Goes on where the tour was before the page was loaded. `write` puts words into the message field. */
export function recallTour(write) {
  suggest = write;
  at = remembered("tour");
}

export const isTouring = () => at !== null;

/** Draws the step one is at; whatever changes may be what it waits for. */
export function drawTour() {
  const place = byId("tour");
  place.hidden = at === null;
  if (at === null) {
    delete place.dataset.step;
    return;
  }
  if (STEPS[at.step].isDone()) {
    go(at.step + 1);
    return;
  }
  if (place.dataset.step === String(at.step)) return;
  place.dataset.step = at.step;
  fill(place, ...stepParts());
}

function stepParts() {
  const { title, text, offer } = STEPS[at.step];
  const last = at.step === STEPS.length - 1;
  const buttons = last
    ? button("button small primary", () => go(null), "Finish")
    : [button("button small primary", offer[1], offer[0]), at.sev && button("button small", () => go(at.step + 1), "Skip")];
  return [
    h("div", { class: "tour-words" },
      h("strong", null, title),
      h("span", null, text),
      h("span", { class: "tour-steps", role: "img", "aria-label": `Step ${at.step + 1} of ${STEPS.length}` },
        STEPS.map((_, step) => h("i", { class: step <= at.step ? "on" : "" })))),
    h("div", { class: "tour-buttons" }, buttons),
    !last && iconButton("cross", "End the tour", () => go(null)),
  ];
}
