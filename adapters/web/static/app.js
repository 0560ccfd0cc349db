// The page's beginning: puts the parts together.

import { newVisitor, onStranger, token } from "./api.js";
import { focusInput, offerInput, setText, startComposer } from "./composer.js";
import * as view from "./conversation.js";
import * as delivery from "./delivery.js";
import { askLocation } from "./location.js";
import { startMenu } from "./menu.js";
import * as store from "./store.js";
import { t } from "./texts.js";

/** The bot speaks first. */
function greet() {
  delivery.send({ choice: "start" }, "");
}

/** What is sent by tapping; the focus goes where the next Tab leads to the new answers. */
function tap(body, label) {
  delivery.send(body, label).focus({ preventScroll: true });
}

function onChoice(choice) {
  if (!choice.location) return tap({ choice: choice.id }, choice.label);
  view.clearChoices();
  return askLocation((point) => tap({ point }, t("location_sent")), focusInput);
}

/** Begins anew, with a new name; with `erase` the server forgets the old one first and its receipt stays on view. */
async function onNew(erase) {
  const receipt = erase ? await delivery.ask({ choice: "delete_now" }) : [];
  if (receipt === null) return "delete_failed";
  if (!(await newVisitor())) return "new_failed";
  delivery.reset();
  view.clearLog();
  store.clear(token());
  receipt.forEach(delivery.accept);
  greet();
  offerInput();
  return null;
}

delivery.listen({
  onChoice,
  onEdit: (text) => {
    setText(text);
    focusInput();
  },
});

onStranger(() => {
  store.own(token());
  if (!store.all().some((entry) => entry.who === "bot")) return;
  store.add({ who: "note", text: t("forgotten") });
  view.addNote(t("forgotten"));
});

startComposer({
  onText: (text) => delivery.send({ text }, text),
  onAttachment: (attachment) => tap({ attachment }, t(attachment === "photo" ? "photo_attached" : "attached")),
});
startMenu({ onNew, onData: () => tap({ choice: "mydata" }, t("menu_data")) });

const before = store.restore(token());
if (before.length) delivery.resume(before);
else greet();
