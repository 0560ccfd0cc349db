// Building elements. Text only ever goes in as text, so nothing that was written can become markup.

/** Makes an element: `el("a", {class: "x", href: "…", on: {click: f}}, "text", child, null)`. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

/** Text that only screen readers say. */
export function spoken(text) {
  return el("span", { class: "sr-only" }, text);
}

/** Splits "…☎ 119…" into text and links to call, so that every number can be tapped. */
export function withCalls(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(/☎\s*(\d[\d-]{1,14}\d)/g)) {
    parts.push(text.slice(from, match.index));
    parts.push(el("a", { class: "tel", href: `tel:${match[1].replaceAll("-", "")}` }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "");
}

/** Whether the person prefers little movement. */
export function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** A random UUID; `crypto.randomUUID` is missing on a page served without TLS in a home network. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
