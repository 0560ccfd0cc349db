// From a message to its replies, whatever the network does. A message keeps its id until the server has it, so
// sending it again never says it twice; a reply is shown once, by its id.

import { ackReplies, fetchReplies, sendMessage } from "./api.js";
import * as view from "./conversation.js";
import { newId } from "./dom.js";
import * as store from "./store.js";
import { t } from "./texts.js";

const PAUSES = [2, 4, 8, 15, 30, 60].map((seconds) => seconds * 1000);
const LOOKS = [1, 2, 3, 5, 8, 13, 20, 30].map((seconds) => seconds * 1000);

const nodes = new Map(); // entry → element
const timers = new Map(); // entry → timer of the next try
const seen = new Set(); // ids of shown replies
let running = 0;
let stop = new AbortController();
let actions = { onChoice: () => {}, onEdit: () => {} };

/** Says what happens when an answer is tapped and when a refused text should be written anew. */
export function listen(listeners) {
  actions = listeners;
}

/** Sends `body`; `label` is what the log shows of it ("" for nothing). Gives the element of the log. */
export function send(body, label) {
  const entry = store.add({ who: "me", id: newId(), label, state: "sending", body });
  show(entry);
  attempt(entry, 0);
  return nodes.get(entry);
}

/** Sends `body` outside the log and gives its replies; null where that did not succeed. */
export async function ask(body) {
  const replies = [];
  const outcome = await sendMessage(newId(), body, (reply) => replies.push(reply), null);
  return outcome.ok ? replies : null;
}

/** Shows a kept conversation again, sends what is not sent yet, and asks for what was missed. */
export async function resume(entries) {
  for (const entry of entries) {
    if (entry.who === "me") show(entry);
    else if (entry.who === "note") view.addNote(entry.text);
    else display(entry.reply);
  }
  view.scrollToEnd();
  for (const entry of entries) if (entry.who === "me" && entry.state === "sending") attempt(entry, 0);
  await collect();
}

/** Shows a reply once; keeps it for a reload. */
export function accept(reply) {
  if (seen.has(reply.id)) return;
  store.add({ who: "bot", reply });
  display(reply);
}

/** Fetches replies that came while the page was away; gives how many were new. */
export async function collect() {
  const signal = stop.signal;
  const replies = await fetchReplies();
  if (!replies?.length || signal.aborted) return 0;
  const fresh = replies.filter((reply) => !seen.has(reply.id));
  fresh.forEach(accept);
  await ackReplies(replies.map((reply) => reply.id));
  return fresh.length;
}

/** Gives up everything under way: the conversation begins anew. */
export function reset() {
  stop.abort();
  stop = new AbortController();
  timers.forEach(clearTimeout);
  for (const kept of [timers, nodes, seen]) kept.clear();
  running = 0;
  view.setTyping(false);
}

function show(entry) {
  nodes.set(entry, view.addMine(entry));
  if (entry.state === "refused") showRefused(entry);
}

function display(reply) {
  seen.add(reply.id);
  view.addReply(reply, actions.onChoice);
}

async function attempt(entry, tries) {
  clearTimeout(timers.get(entry));
  timers.delete(entry);
  const { signal } = stop;
  wait(+1);
  const outcome = await sendMessage(entry.id, entry.body, accept, signal);
  if (signal.aborted) return;
  if (outcome.ok) {
    view.showState(nodes.get(entry), "");
    store.change(entry, { state: "sent", body: null });
    if (!outcome.replies) await look(signal);
  } else if (outcome.again) {
    later(entry, tries, outcome);
  } else {
    store.change(entry, { state: "refused", note: outcome.text });
    showRefused(entry);
  }
  if (!signal.aborted) wait(-1);
}

function later(entry, tries, { text, after }) {
  const pause = after ?? PAUSES[Math.min(tries, PAUSES.length - 1)];
  const now = () => attempt(entry, tries + 1);
  timers.set(entry, setTimeout(now, Math.max(pause, tries && PAUSES[Math.min(tries, PAUSES.length - 1)])));
  const why = navigator.onLine ? text || t("unsent") : t("offline");
  view.showState(nodes.get(entry), why, [{ label: t("retry"), act: now }]);
}

function showRefused(entry) {
  const text = entry.body?.text;
  const edit = () => {
    nodes.get(entry).remove();
    store.remove(entry);
    actions.onEdit(text);
  };
  view.showState(nodes.get(entry), entry.note, text ? [{ label: t("edit"), act: edit }] : []);
}

/** The server has the message but said nothing here: its answer is still being made, or went to a lost connection. */
async function look(signal) {
  for (const pause of LOOKS) {
    if (signal.aborted || (await collect())) return;
    await new Promise((done) => setTimeout(done, pause));
  }
}

function wait(change) {
  running += change;
  view.setTyping(running > 0);
}

/** Back online or back on the screen: try everything at once, in order. */
function hurry() {
  for (const entry of [...timers.keys()]) attempt(entry, 0);
  collect();
}

window.addEventListener("online", hurry);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
