// Asks the browser once where the person is, and hands it to the conversation. Nothing is kept here.

const COARSE = { enableHighAccuracy: false, timeout: 12_000, maximumAge: 60_000 };
const FINE = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 };
const ANSWER_MS = 15_000;
const SILENCE_MS = 30_000; // some in-app browsers neither ask nor answer

const BUTTONS = {
  ask: ["send", "by-name"],
  waiting: ["by-name"],
  denied: ["again"],
  failed: ["again"],
  unsent: ["again", "by-name"],
  busy: ["again", "by-name"],
  typed: ["send"],
  unreadable: ["again"],
};

const sentences = JSON.parse(document.getElementById("sentences").textContent);
const title = document.getElementById("title");
const text = document.getElementById("text");
let state = document.body.dataset.state;
let tries = 0;

/** Shows a state; `words` replace its own text. The heading gets the focus, so that nobody is left on a hidden button. */
function show(next, words) {
  state = next;
  document.body.dataset.state = next;
  document.body.setAttribute("aria-busy", String(next === "waiting" || next === "sending"));
  title.textContent = sentences[next].title;
  text.textContent = words || sentences[next].text;
  offer();
  title.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function offer() {
  for (const button of document.querySelectorAll("#choices button")) {
    button.hidden = !(BUTTONS[state] || []).includes(button.id);
  }
}

function locate() {
  if (!window.isSecureContext || !navigator.geolocation) return show("insecure");
  tries += 1;
  show("waiting");
  const silence = setTimeout(() => state === "waiting" && show("failed"), SILENCE_MS);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      clearTimeout(silence);
      // A late permission still counts, a change of mind too.
      if (state === "waiting" || state === "failed") send({ lat: coords.latitude, lon: coords.longitude });
    },
    (error) => {
      clearTimeout(silence);
      if (state === "waiting") show(error.code === error.PERMISSION_DENIED ? "denied" : "failed");
    },
    tries > 1 ? FINE : COARSE,
  );
}

async function send(point) {
  show("sending");
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), ANSWER_MS);
  try {
    const response = await fetch(window.location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(point),
      credentials: "omit",
      signal: stop.signal,
    });
    const answer = await response.json();
    if (answer.ok) show("sent", answer.back);
    else show(sentences[answer.error] ? answer.error : "busy");
  } catch {
    show("unsent");
  } finally {
    clearTimeout(late);
  }
}

document.getElementById("send").addEventListener("click", locate);
document.getElementById("again").addEventListener("click", () => {
  if (state === "busy" && !tries) window.location.reload(); // it was the page itself that could not be looked up
  else locate();
});
document.getElementById("by-name").addEventListener("click", () => show("typed"));

if (state === "ask" && (!window.isSecureContext || !navigator.geolocation)) show("insecure");
else offer();
