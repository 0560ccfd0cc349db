// What survives a reload: the conversation, in this tab only (sessionStorage). Closing the tab forgets it.
//
// Entries: {who: "me", id, label, state: "sending" | "sent" | "refused", body, note}
//          {who: "bot", reply}   {who: "note", text}
// A message's body is kept only until it was sent; a location therefore never stays.

const KEY = "drrc.log";
const OWNER = "drrc.owner";
const MOST = 200;

let entries = [];

function write() {
  try {
    if (entries.length > MOST) entries.splice(0, entries.length - MOST);
    sessionStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // Storage may be full or forbidden; the conversation goes on without it.
  }
}

/** Reads what this tab had. Another visitor's conversation is dropped, but for what could not be sent yet. */
export function restore(owner) {
  try {
    entries = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    const before = sessionStorage.getItem(OWNER);
    if (before !== null && before !== owner) {
      entries = entries.filter((entry) => entry.who === "me" && entry.state === "sending");
    }
    sessionStorage.setItem(OWNER, owner);
  } catch {
    entries = [];
  }
  write();
  return entries;
}

/** Keeps one more entry. */
export function add(entry) {
  entries.push(entry);
  write();
  return entry;
}

/** Keeps changes to an entry. */
export function change(entry, changes) {
  Object.assign(entry, changes);
  write();
}

/** Removes an entry. */
export function remove(entry) {
  entries = entries.filter((other) => other !== entry);
  write();
}

/** Forgets everything; what follows belongs to `owner`. */
export function clear(owner) {
  entries = [];
  write();
  own(owner);
}

/** Says whose conversation this is from now on. */
export function own(owner) {
  try {
    sessionStorage.setItem(OWNER, owner);
  } catch {
    // See write().
  }
}

/** All entries, oldest first. */
export const all = () => entries;
