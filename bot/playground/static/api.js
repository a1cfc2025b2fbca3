// The page's only door to the server: JSON over /ui/*, always as the person one is.
import { session } from "./session.js";

/** A refusal of the local Slack; its message is a sentence for the person. */
export class Refusal extends Error {}

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refusal("The local Slack does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => null);
  if (!answer) throw new Refusal(`The local Slack answered ${response.status} without a sentence.`);
  if (answer.ok === false || !response.ok) throw new Refusal(answer.error ?? `The local Slack answered ${response.status}.`);
  return answer;
}

export function read(path, query = {}) {
  const search = new URLSearchParams({ as: session.me, ...query });
  return answerOf(fetch(`/ui/${path}?${search}`));
}

export function send(path, body = {}) {
  return answerOf(fetch(`/ui/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: session.me, ...body }),
  }));
}
