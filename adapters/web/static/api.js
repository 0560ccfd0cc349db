// Talking to the server. Nothing here touches the page, except for the token in its <meta>.

const PATIENCE = 120_000; // ms without a byte after which a request is given up and sent again

const meta = document.querySelector('meta[name="drrc-token"]');
let stranger = () => {};

/** The token that shows that this page was served to this visitor. */
export const token = () => meta.content;

/** Calls `listener` when the server no longer knew us and gave us a new name. */
export function onStranger(listener) {
  stranger = listener;
}

/**
 * Sends one message and calls `onReply` for each reply as it arrives. Never throws. Gives
 * `{ok: true, replies}`, or `{ok: false, again, text, after}`: what to tell, and whether and when (ms) to try again.
 */
export async function sendMessage(id, body, onReply, signal) {
  let replies = 0;
  try {
    const response = await inTime(call("/api/messages", { method: "POST", json: { id, ...body }, signal }));
    if (!response.ok) return await refusal(response);
    for await (const line of lines(response)) {
      if (line.end) return { ok: true, replies };
      if (line.error) return { ok: false, again: true, text: line.text, after: 3000 };
      replies += 1;
      show(onReply, line);
    }
  } catch (error) {
    if (signal?.aborted) return { ok: false, again: false, text: "" };
    if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) throw error;
  }
  return { ok: false, again: true, text: "", after: null };
}

/** A reply that cannot be shown is a mistake of the page; sending the message again would not mend it. */
function show(onReply, reply) {
  try {
    onReply(reply);
  } catch (error) {
    reportError(error);
  }
}

/** Replies that came while the page was away; null where the server cannot be reached. */
export async function fetchReplies() {
  try {
    const response = await call("/api/replies");
    return response.ok ? (await response.json()).replies : null;
  } catch {
    return null;
  }
}

/** Tells the server that these replies were shown. */
export async function ackReplies(ids) {
  try {
    await call("/api/replies/ack", { method: "POST", json: { ids } });
  } catch {
    // They come once more, and are recognised by their ids.
  }
}

/** Asks for a new name; false where the server cannot be reached. */
export async function newVisitor() {
  try {
    const response = await call("/api/new", { method: "POST", json: {} });
    if (!response.ok) return false;
    meta.content = (await response.json()).token;
    return true;
  } catch {
    return false;
  }
}

async function call(path, { method = "GET", json = null, signal = null } = {}) {
  const request = () =>
    fetch(path, {
      method,
      signal,
      cache: "no-store",
      credentials: "same-origin",
      headers: { "X-DrRC-Token": token(), ...(json && { "Content-Type": "application/json" }) },
      body: json && JSON.stringify(json),
    });
  const response = await request();
  if (response.status !== 403 || !(await renew())) return response;
  return request();
}

/** Fetches the page again for its cookie and token: the cookie ran out, or another tab began anew. */
async function renew() {
  const response = await fetch("/", { cache: "no-store", credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector('meta[name="drrc-token"]')?.content;
  if (!fresh || fresh === token()) return false;
  meta.content = fresh;
  stranger();
  return true;
}

async function refusal(response) {
  const again = response.status === 429 || response.status >= 500;
  const seconds = Number(response.headers.get("Retry-After"));
  let text = "";
  try {
    text = (await response.json()).text ?? "";
  } catch {
    // A proxy answered in its own words.
  }
  return { ok: false, again, text, after: seconds > 0 ? seconds * 1000 : null };
}

/** The JSON values of a newline-delimited answer, each as soon as its line is complete. */
async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      rest += value;
      const complete = rest.split("\n");
      rest = complete.pop();
      for (const line of complete) if (line.trim()) yield JSON.parse(line);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("no answer", "TimeoutError")), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
