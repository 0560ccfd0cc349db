// The log on the page: what was said, the answers that can be tapped, the three dots, and where to scroll.

import { calm, el, spoken } from "./dom.js";
import { replyElement } from "./reply.js";
import { t } from "./texts.js";

const SLOW = 8000; // ms after which waiting is explained
const AIR = 20; // px above and below the log

const log = document.getElementById("log");
const typing = document.getElementById("typing");
const typingText = document.getElementById("typing-text");
const jump = document.getElementById("jump");

let choices = null;
let slowTimer = null;

/** Shows something I said. Gives the element; `showState` speaks about it later. */
export function addMine(entry) {
  clearChoices();
  const bubble = entry.label ? el("div", { class: "bubble" }, el("p", { class: "lines" }, entry.label)) : null;
  const node = el("article", { class: "said me", tabindex: "-1" }, bubble && spoken(t("said_me")), bubble);
  append(node);
  scrollToEnd();
  return node;
}

/** Says below one of my messages that it is not sent, with what can be done; an empty text takes that away. */
export function showState(node, text, actions = []) {
  node.querySelector(".state")?.remove();
  node.classList.toggle("waiting", Boolean(text));
  if (!text) return;
  const buttons = actions.map(({ label, act }) =>
    el("button", { type: "button", class: "text-button", on: { click: act } }, label),
  );
  node.append(el("div", { class: "state", role: "status" }, el("p", { class: "lines" }, text), buttons));
  scrollToEnd();
}

/** Shows a reply and the answers it offers. */
export function addReply(reply, onChoice) {
  const follows = atEnd();
  const node = replyElement(reply);
  append(node);
  if (reply.choices.length) showChoices(reply.choices, onChoice);
  if (follows || reply.tone === "critical") scrollTo(node);
  else jump.hidden = false;
  return node;
}

/** Shows a sentence of the page itself, with buttons if there is something to decide. */
export function addNote(text, actions = []) {
  const note = el("div", { class: "note" }, el("p", { class: "lines" }, text));
  const act = (action) => () => {
    buttons.remove();
    action();
  };
  const buttons = el(
    "p",
    { class: "choices" },
    actions.map(({ label, act: action }) =>
      el("button", { type: "button", class: "choice", on: { click: act(action) } }, label),
    ),
  );
  if (actions.length) note.append(buttons);
  append(note);
  scrollToEnd();
  return note;
}

/** Offers answers below the last reply. */
export function showChoices(offered, onChoice) {
  clearChoices();
  choices = el(
    "div",
    { class: "choices", role: "group", "aria-label": t("choices_label") },
    offered.map((choice) =>
      el("button", { type: "button", class: "choice", on: { click: () => onChoice(choice) } }, choice.label),
    ),
  );
  append(choices);
}

/** Takes the offered answers away. */
export function clearChoices() {
  choices?.remove();
  choices = null;
}

/** Shows or hides the three dots. */
export function setTyping(on) {
  if (on === !typing.hidden) return;
  const follows = atEnd();
  typing.hidden = !on;
  typingText.textContent = on ? t("typing") : "";
  typingText.className = "sr-only";
  clearTimeout(slowTimer);
  if (!on) return;
  slowTimer = setTimeout(() => {
    typingText.textContent = t("typing_slow");
    typingText.className = "slow";
  }, SLOW);
  if (follows) scrollToEnd();
}

/** Empties the log. */
export function clearLog() {
  choices = null;
  log.replaceChildren();
  jump.hidden = true;
}

/** Scrolls down to the newest. */
export function scrollToEnd() {
  jump.hidden = true;
  move(document.documentElement.scrollHeight);
}

function append(node) {
  log.append(node);
}

/** Scrolls to the end where the reply fits on the screen, else to its first line. */
function scrollTo(node) {
  const top = document.querySelector(".top").offsetHeight;
  const bottom = document.querySelector(".bottom").offsetHeight;
  const room = window.innerHeight - top - bottom;
  const height = log.getBoundingClientRect().bottom - node.getBoundingClientRect().top;
  if (height + 2 * AIR <= room) scrollToEnd();
  else move(window.scrollY + node.getBoundingClientRect().top - top - AIR);
}

function move(y) {
  requestAnimationFrame(() => window.scrollTo({ top: y, behavior: calm() ? "instant" : "smooth" }));
}

function atEnd() {
  return window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 160;
}

jump.addEventListener("click", scrollToEnd);
window.addEventListener("scroll", () => atEnd() && (jump.hidden = true), { passive: true });
