// The business clock: what time the workspace believes it is, and moving it forward. It never goes back.
import { byId, fill, h } from "./dom.js";
import { dateText, fieldSeconds, fieldTime, fullTime, shortMoment } from "./dates.js";
import { icon } from "./icons.js";
import { openMenu } from "./popover.js";
import { businessNow, me, session } from "./session.js";
import { act, refresh } from "./sync.js";

const HOUR = 3600;

/** Shows the time; it is marked while it is ahead of the real one. */
export function drawClock() {
  const now = businessNow();
  const moved = session.clock.offset > 1;
  const button = byId("clock");
  const words = shortMoment(now);
  if (button.dataset.shown === `${words} ${moved}`) return;
  button.dataset.shown = `${words} ${moved}`;
  button.classList.toggle("moved", moved);
  button.title = `${fullTime(now)}${moved ? `, ${spoken(session.clock.offset)} ahead of the real clock` : ""}`;
  button.setAttribute("aria-label", `Business time: ${words}. Move the clock`);
  fill(button, icon("clock", 16), h("span", null, words), moved && h("span", { class: "count" }, `+${spoken(session.clock.offset)}`));
}

function spoken(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / HOUR);
  const minutes = Math.floor((seconds % HOUR) / 60);
  return days ? `${days} d${hours ? ` ${hours} h` : ""}` : hours ? `${hours} h${minutes ? ` ${minutes} min` : ""}` : `${minutes} min`;
}

/** The next 09:00 in the person's zone on a day that `fits` (0 is Sunday), counted from tomorrow. */
function nextMorning(fits) {
  const [today] = fieldTime(businessNow()).split("T");
  for (let days = 1; ; days += 1) {
    const day = new Date(Date.parse(`${today}T00:00:00Z`) + days * 86400_000);
    if (fits(day.getUTCDay())) return fieldSeconds(`${day.toISOString().slice(0, 10)}T09:00`);
  }
}

export function openClockMenu({ currentTarget }) {
  const to = (label, seconds) => ({
    label, hint: dateText(seconds, "{date_long} {time}"), mark: icon("clock", 16), run: () => advance(seconds - businessNow()),
  });
  const now = businessNow();
  const [tomorrow, monday] = [nextMorning(() => true), nextMorning((day) => day === 1)];
  openMenu(currentTarget, [
    to("In 15 minutes", now + HOUR / 4), to("In an hour", now + HOUR), to("In four hours", now + 4 * HOUR), null,
    to("Tomorrow 09:00", tomorrow), ...(monday === tomorrow ? [] : [to("Monday 09:00", monday)]), to("In a week", now + 7 * 24 * HOUR),
  ], `Move the business clock forward (${me()?.tz ?? "local"} time)`);
}

async function advance(seconds) {
  await act("clock", { advance_seconds: Math.max(1, Math.round(seconds)) });
  await refresh("state");
}
