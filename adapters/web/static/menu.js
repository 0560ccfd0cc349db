// The menu: begin anew, my data, larger letters.

import { t } from "./texts.js";

const SIZE = "drrc.large";

const button = document.getElementById("menu-button");
const list = document.getElementById("menu-list");
const large = document.getElementById("menu-large");
const dialog = document.getElementById("new-dialog");
const problem = document.getElementById("new-error");

/** Starts listening. `onNew(erase)` gives the key of a sentence where it did not work, else nothing. */
export function startMenu({ onNew, onData }) {
  button.addEventListener("click", () => open(list.hidden));
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".menu")) open(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    open(false);
    button.focus();
  });
  list.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.relatedTarget.closest(".menu")) open(false);
  });
  const item = (id, act) =>
    document.getElementById(id).addEventListener("click", () => {
      open(false);
      act();
    });
  item("menu-new", () => {
    problem.textContent = "";
    dialog.showModal();
  });
  item("menu-data", onData);
  item("menu-large", () => setLarge(!isLarge()));
  setLarge(isLarge());
  startDialog(onNew);
}

function startDialog(onNew) {
  const buttons = dialog.querySelectorAll("button");
  const begin = async (erase) => {
    buttons.forEach((each) => (each.disabled = true));
    const failed = await onNew(erase);
    buttons.forEach((each) => (each.disabled = false));
    if (failed) problem.textContent = t(failed);
    else dialog.close();
  };
  document.getElementById("new-keep").addEventListener("click", () => begin(false));
  document.getElementById("new-delete").addEventListener("click", () => begin(true));
  document.getElementById("new-cancel").addEventListener("click", () => dialog.close());
}

function open(yes) {
  list.hidden = !yes;
  button.setAttribute("aria-expanded", String(yes));
}

function isLarge() {
  try {
    return localStorage.getItem(SIZE) === "yes";
  } catch {
    return document.documentElement.classList.contains("large");
  }
}

/** The size of letters is the one thing that outlives the tab: it says nothing about health. */
function setLarge(yes) {
  document.documentElement.classList.toggle("large", yes);
  large.textContent = t(yes ? "menu_normal" : "menu_large");
  try {
    if (yes) localStorage.setItem(SIZE, "yes");
    else localStorage.removeItem(SIZE);
  } catch {
    // Then it lasts until the page is left.
  }
}
