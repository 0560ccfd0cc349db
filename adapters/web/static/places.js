// Places near a point: a map and the same places as a numbered list. The list alone says everything.

import { el } from "./dom.js";
import { drawMap } from "./mapview.js";
import { t } from "./texts.js";

const AT_FIRST = 5;
const MAPS = ["kakao", "naver", "google"];

/** The block as an element; the map draws itself once it is on the page. */
export function placesBlock(block) {
  const items = block.items.map((place, at) => placeItem(place, at + 1));
  const list = el("ol", { class: "places-list" }, items);
  const canvas = el("div", { class: "map", role: "group", "aria-label": t("map_label") });
  const shown = block.items.length > 0;
  if (shown) {
    const choose = (at) => {
      reveal(items, more);
      items.forEach((item, other) => item.classList.toggle("chosen", other === at));
      items[at].focus({ preventScroll: true });
      items[at].scrollIntoView({ block: "nearest" });
    };
    // Leaflet needs a size, which an element has only once it stands on the page.
    requestAnimationFrame(() => drawMap(canvas, block, choose).catch(() => canvas.remove()));
  }
  const more = moreButton(items);
  return el(
    "section",
    { class: "bubble places" },
    shown ? canvas : null,
    list,
    more,
    block.as_of ? el("p", { class: "as-of" }, block.as_of) : null,
  );
}

function moreButton(items) {
  const rest = items.slice(AT_FIRST);
  if (!rest.length) return null;
  rest.forEach((item) => (item.hidden = true));
  const button = el("button", { type: "button", class: "button quiet more" }, t("more_places", { count: rest.length }));
  button.addEventListener("click", () => {
    reveal(items, button);
    rest[0].focus({ preventScroll: true });
  });
  return button;
}

function reveal(items, more) {
  items.forEach((item) => (item.hidden = false));
  more?.remove();
}

function placeItem(place, number) {
  const about = [t(`kind_${place.kind}`), place.region, ...place.departments.slice(0, 3)].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: "place", tabindex: "-1" },
    el("span", { class: "number", "aria-hidden": "true" }, String(number)),
    el(
      "div",
      { class: "place-body" },
      el("p", { class: "place-head" }, el("strong", {}, place.name), el("span", { class: "distance" }, place.distance)),
      el("p", { class: "place-about" }, about, openState(place)),
      el("p", { class: "place-links" }, place.phone ? phoneLink(place) : null, mapLinks(place)),
    ),
  );
}

function openState(place) {
  if (place.open_now === null) return null;
  const text = t(place.open_now ? "open_yes" : "open_no");
  return [" · ", el("span", { class: place.open_now ? "open" : "closed" }, text)];
}

function phoneLink(place) {
  const props = { class: "button phone", href: place.phone.url, "aria-label": t("place_call", { name: place.name }) };
  return el("a", props, el("span", { "aria-hidden": "true" }, "☎"), place.phone.label);
}

function mapLinks(place) {
  const links = MAPS.map((map) => {
    const label = t(`map_${map}`);
    const props = { class: "map-link", href: place.maps[map], target: "_blank", rel: "noopener noreferrer" };
    return el(
      "a",
      { ...props, "aria-label": `${t("place_map", { name: place.name, map: label })}. ${t("opens_new")}` },
      label,
    );
  });
  return el("span", { class: "place-maps" }, t("map_open"), links);
}
