// The map of a places block, drawn with Leaflet. Without map tiles it is a plan: the point, distance rings, numbers.

import { calm, el } from "./dom.js";
import { settings, t } from "./texts.js";

const NICE = [200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000];

let leaflet = null;

/** Loads Leaflet when the first map is needed. */
function load() {
  leaflet ??= new Promise((resolve, reject) => {
    const folder = `${settings.static}/vendor/leaflet`;
    const style = el("link", { rel: "stylesheet", href: `${folder}/leaflet.css` });
    const script = el("script", { src: `${folder}/leaflet.js` });
    const styled = new Promise((done) => style.addEventListener("load", done));
    script.addEventListener("load", () => styled.then(() => resolve(window.L)));
    for (const part of [style, script]) {
      part.addEventListener("error", () => {
        leaflet = null;
        reject(new Error("no map"));
      });
    }
    // Before our own styles, so that ours win.
    document.head.prepend(style);
    document.head.append(script);
  });
  return leaflet;
}

/** Draws the block's places into `canvas`; a tapped number calls `choose` with its position. */
export async function drawMap(canvas, block, choose) {
  const L = await load();
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const map = L.map(canvas, {
    attributionControl: Boolean(settings.tiles),
    zoomControl: false,
    dragging: !touch, // one finger scrolls the page; two fingers zoom the map
    scrollWheelZoom: false,
    zoomSnap: 0.25,
    fadeAnimation: !calm(),
    zoomAnimation: !calm(),
    markerZoomAnimation: !calm(),
  });
  L.control.zoom({ zoomInTitle: t("map_zoom_in"), zoomOutTitle: t("map_zoom_out") }).addTo(map);
  const points = block.items.map((place) => [place.point.lat, place.point.lon]);
  const bounds = L.latLngBounds(block.origin ? [[block.origin.lat, block.origin.lon], ...points] : points);
  map.fitBounds(bounds, { padding: [36, 36], maxZoom: 16 });
  if (settings.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(settings.tiles, { attribution: t("map_credit"), referrerPolicy: "no-referrer" }).addTo(map);
  }
  if (block.origin) drawOrigin(L, map, block, points);
  // The nearest is drawn last, so that it lies on top where numbers overlap.
  for (let at = points.length - 1; at >= 0; at -= 1) {
    const pin = el("span", { class: "pin" }, String(at + 1));
    const icon = L.divIcon({ className: "pin-box", html: pin, iconSize: [44, 44], iconAnchor: [22, 22] });
    const title = `${at + 1}. ${block.items[at].name}`;
    const marker = L.marker(points[at], { icon, title, zIndexOffset: 1000 - at, riseOnHover: true }).addTo(map);
    marker.on("click keypress", () => choose(at));
  }
  if (!settings.tiles) canvas.after(el("p", { class: "map-note" }, t("map_ring")));
}

function drawOrigin(L, map, block, points) {
  const origin = L.latLng(block.origin.lat, block.origin.lon);
  const farthest = Math.max(...points.map((point) => origin.distanceTo(point)), 100);
  const outer = NICE.findIndex((metres) => metres >= farthest * 0.75);
  // The name stands on the side where the nearest number is not; the rings' labels on the other.
  const above = points[0][0] < origin.lat;
  const radii = NICE.slice(Math.max(0, outer - 2), outer + 1);
  for (const radius of settings.tiles ? [] : radii) {
    L.circle(origin, { radius, className: "ring", interactive: false, fill: false }).addTo(map);
    const label = el("span", { class: "ring-label" }, radius < 1000 ? `${radius}m` : `${radius / 1000}km`);
    const area = origin.toBounds(radius * 2);
    const icon = L.divIcon({ className: "ring-box", html: label, iconSize: [60, 20], iconAnchor: [30, 10] });
    L.marker([above ? area.getSouth() : area.getNorth(), origin.lng], { icon, interactive: false, keyboard: false }).addTo(map);
  }
  const name = el("span", { class: "origin-name" }, block.origin_name || t("map_here"));
  const here = el("span", { class: above ? "origin above" : "origin" }, el("span", { class: "origin-dot" }), name);
  const iconAnchor = [70, above ? 35 : 9];
  const icon = L.divIcon({ className: "origin-box", html: here, iconSize: [140, 44], iconAnchor });
  L.marker(origin, { icon, interactive: false, keyboard: false, zIndexOffset: -500 }).addTo(map);
}
