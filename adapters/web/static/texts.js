// The sentences of the page. They come with the page as data; none stands in the code.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const texts = read("texts");

/** Where the page's files lie, and the address of map tiles ("" for none). */
export const settings = read("settings");

/** One sentence, with `{name}` filled in. */
export function t(key, values = {}) {
  return (texts[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
