// Asking the device where it is: explained first, once, and never insisted on.

import * as view from "./conversation.js";
import { t } from "./texts.js";

const OPTIONS = { enableHighAccuracy: false, timeout: 12_000, maximumAge: 60_000 };

/** Explains and asks; then `onPoint({lat, lon})`, or `onTyped()` where the person will type a district. */
export async function askLocation(onPoint, onTyped) {
  if (!navigator.geolocation || !window.isSecureContext) return instead("location_failed", onTyped);
  const state = await permission();
  if (state === "granted") return locate(onPoint, onTyped);
  if (state === "denied") return instead("location_denied", onTyped);
  view.addNote(t("location_ask"), [
    { label: t("location_yes"), act: () => locate(onPoint, onTyped) },
    { label: t("location_no"), act: onTyped },
  ]);
}

async function permission() {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state;
  } catch {
    return "prompt";
  }
}

function locate(onPoint, onTyped) {
  const note = view.addNote(t("location_waiting"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      note.remove();
      onPoint({ lat: coords.latitude, lon: coords.longitude });
    },
    (error) => {
      note.remove();
      instead(error.code === error.PERMISSION_DENIED ? "location_denied" : "location_failed", onTyped);
    },
    OPTIONS,
  );
}

function instead(key, onTyped) {
  view.addNote(t(key));
  onTyped();
}
