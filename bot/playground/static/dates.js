// Dates as Slack shows them, in the time zone of the person one is (the same zone the bot reads from their profile).
import { businessNow, me } from "./session.js";

const DAY = 86400;
const MOMENT = 5;
const HALF_YEAR = 182 * DAY;

function zone() {
  return me()?.tz || undefined;
}

function parts(seconds, options) {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone(), ...options });
  return Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
}

function ordinal(day) {
  const number = Number(day);
  const word = number % 100 > 10 && number % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${word}`;
}

function written(seconds, { weekday, month }) {
  const now = parts(seconds, { weekday: "long", day: "numeric", month, year: "numeric" });
  const far = Math.abs(seconds - businessNow()) > HALF_YEAR;
  const day = month === "short" ? now.day : ordinal(now.day);
  return `${weekday ? `${now.weekday}, ` : ""}${now.month} ${day}${far ? `, ${now.year}` : ""}`;
}

function dayNumber(seconds) {
  const { year, month, day } = parts(seconds, { year: "numeric", month: "numeric", day: "numeric" });
  return Math.round(Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000 / DAY);
}

function near(seconds) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[dayNumber(seconds) - dayNumber(businessNow())];
}

function pretty(seconds, style) {
  return near(seconds) ?? written(seconds, style);
}

/** `14:05` */
export function clockTime(seconds) {
  const { hour, minute } = parts(seconds, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${hour}:${minute}`;
}

function withSeconds(seconds) {
  return `${clockTime(seconds)}:${parts(seconds, { second: "2-digit" }).second.padStart(2, "0")}`;
}

function numbers(seconds, glue) {
  const { year, month, day } = parts(seconds, { year: "numeric", month: "2-digit", day: "2-digit" });
  return [year, month, day].join(glue);
}

/** "3 minutes ago", "in 2 hours": the largest unit that fits. */
function ago(seconds) {
  const distance = seconds - businessNow();
  if (Math.abs(distance) < MOMENT) return "just now";
  const units = [["year", 365 * DAY], ["month", 30 * DAY], ["day", DAY], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, length]) => Math.abs(distance) >= length) ?? units.at(-1);
  return new Intl.RelativeTimeFormat("en", { numeric: "always" }).format(Math.trunc(distance / size), unit);
}

const TOKENS = {
  date_num: (at) => numbers(at, "-"),
  date_slash: (at) => numbers(at, "/"),
  date: (at) => written(at, { month: "long" }),
  date_short: (at) => written(at, { month: "short" }),
  date_long: (at) => written(at, { month: "long", weekday: true }),
  date_long_full: (at) => written(at, { month: "long", weekday: true }),
  date_pretty: (at) => pretty(at, { month: "long" }),
  date_short_pretty: (at) => pretty(at, { month: "short" }),
  date_long_pretty: (at) => pretty(at, { month: "long", weekday: true }),
  day_divider_pretty: (at) => pretty(at, { month: "long", weekday: true }),
  time: clockTime,
  time_secs: withSeconds,
  ago,
};

/** Fills the tokens of a `<!date^…>` format. */
export function dateText(seconds, format) {
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(seconds) ?? whole);
}

/** The line between two days of a channel. */
export function dayTitle(seconds) {
  const words = pretty(seconds, { month: "long", weekday: true });
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function sameDay(one, other) {
  return dayNumber(one) === dayNumber(other);
}

/** "Mon 23 Nov, 09:00" */
export function shortMoment(seconds) {
  const { weekday, day, month } = parts(seconds, { weekday: "short", day: "numeric", month: "short" });
  return `${weekday} ${day} ${month}, ${clockTime(seconds)}`;
}

/** The whole moment, for tooltips: "Saturday, 22 November 2026 at 14:05:09 CET". */
export function fullTime(seconds) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long", timeZone: zone() }).format(seconds * 1000);
}

/** `2026-11-22T14:05` in the person's zone: what a date field holds. */
export function fieldTime(seconds) {
  return `${numbers(seconds, "-")}T${clockTime(seconds)}`;
}

/** Unix seconds of what a date field holds; the zone's offset is looked up twice, for clocks may change in between. */
export function fieldSeconds(text) {
  const naive = Date.parse(`${text}:00Z`) / 1000;
  let seconds = naive;
  for (let turn = 0; turn < 2; turn += 1) seconds += naive - Date.parse(`${fieldTime(seconds)}:00Z`) / 1000;
  return seconds;
}

/** A `<time>` that shows a date token and keeps itself true while "ago" and "today" move on. */
export function markTime(node, seconds, format) {
  Object.assign(node.dataset, { at: seconds, format });
  node.dateTime = new Date(seconds * 1000).toISOString();
  node.title = fullTime(seconds);
  node.textContent = dateText(seconds, format);
  return node;
}

/** Writes all shown dates anew: time has passed, the clock was moved, or one is somebody else. */
export function refreshTimes() {
  for (const node of document.querySelectorAll("time[data-format]")) markTime(node, Number(node.dataset.at), node.dataset.format);
}
