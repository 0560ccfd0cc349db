// Where the person writes. Never locked: who remembers something else may add it while an answer is being made.

import * as view from "./conversation.js";
import { t } from "./texts.js";

const MOST_BYTES = 240_000; // the server takes a little more, with the JSON around it

const form = document.getElementById("composer");
const input = document.getElementById("input");

/** Starts listening: `onText(text)` for a message, `onAttachment(kind)` for a pasted file. */
export function startComposer({ onText, onAttachment }) {
  const submit = () => {
    const text = input.value.trim();
    if (!text) return;
    if (new TextEncoder().encode(text).length > MOST_BYTES) {
      view.addNote(t("too_long"));
      return;
    }
    setText("");
    onText(text);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("keydown", (event) => {
    // While a Korean syllable is being composed, Enter ends the syllable and not the message (229 is for old Safari).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", grow);
  input.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    onAttachment(file.type.startsWith("image/") ? "photo" : "file");
  });
}

/** Puts text into the input, to be written anew. */
export function setText(text) {
  input.value = text;
  grow();
}

/** Moves the cursor into the input. */
export function focusInput() {
  input.focus();
}

/** The same, but not where it would bring up a phone's keyboard unasked. */
export function offerInput() {
  if (!window.matchMedia("(pointer: coarse)").matches) input.focus();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
  form.classList.toggle("filled", input.value.trim() !== "");
}
