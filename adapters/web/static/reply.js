// A reply of the bot as elements. It shows what the server sent and decides nothing.

import { el, spoken, withCalls } from "./dom.js";
import { placesBlock } from "./places.js";
import { t } from "./texts.js";

const BLOCKS = { text: textBlock, card: cardBlock, places: placesBlock, source: sourceBlock, notice: noticeBlock };

/** The reply as one article: spoken at once (role="alert") where it is critical. */
export function replyElement(reply) {
  const heavy = callsAt(reply);
  // A kind of block that a newer server knows and this page does not is left out.
  const blocks = reply.blocks.map((block, at) =>
    BLOCKS[block.kind]?.(block, { calls: at === heavy && reply.calls, tone: reply.tone }),
  );
  const props = { class: `said bot ${reply.tone}`, tabindex: "-1", role: reply.tone === "critical" ? "alert" : null };
  return el("article", props, spoken(t("said_bot")), blocks);
}

/** The big call buttons stand in the first block that carries weight, where the eye already is. */
function callsAt(reply) {
  return reply.blocks.findIndex((block) => block.kind === "text" || block.kind === "card");
}

function textBlock(block, { calls }) {
  return el("div", { class: "bubble" }, el("p", { class: "lines" }, withCalls(block.text)), callButtons(calls));
}

function cardBlock(block, { calls, tone }) {
  const called = new Set((calls || []).map((number) => `tel:${number}`));
  const links = block.links.filter((link) => !called.has(link.url));
  // Danger to the body: the number first. A troubled heart: the words first, slowly, and no list.
  const gentle = tone === "critical" && !block.level;
  const words = gentle ? el("p", { class: "lines" }, withCalls(block.lines.join("\n"))) : linesOf(block.lines);
  return el(
    "section",
    { class: "bubble card", "data-level": block.level },
    block.level && el("p", { class: "level" }, t(`level_${block.level}`)),
    el("h2", {}, withCalls(block.title)),
    gentle ? [words, callButtons(calls)] : [callButtons(calls), words],
    links.length ? el("p", { class: "links" }, links.map(linkButton)) : null,
  );
}

/** Lines as a list where there are several; a line that begins with a space belongs to the one before it. */
function linesOf(lines) {
  if (lines.length < 2) return lines.map((line) => el("p", { class: "lines" }, withCalls(line)));
  const items = [];
  for (const line of lines) {
    const text = line.replace(/^[·•-]\s*/, "");
    if (/^\s/.test(line) && items.length) items.at(-1).append(el("span", { class: "detail" }, withCalls(text.trim())));
    else items.push(el("li", {}, withCalls(text)));
  }
  return el("ul", {}, items);
}

function callButtons(calls) {
  if (!calls?.length) return null;
  const button = (number) =>
    el("a", { class: "call-button", href: `tel:${number.replaceAll("-", "")}` }, t("call", { number }));
  return el("p", { class: "calls" }, calls.map(button));
}

function linkButton(link) {
  if (link.url.startsWith("tel:")) return el("a", { class: "button tel-link", href: link.url }, link.label);
  return outside(link.url, "button", link.label);
}

/** A link that leaves the page and says so. */
function outside(url, kind, label) {
  const props = { class: kind, href: url, target: "_blank", rel: "noopener noreferrer" };
  return el("a", props, label, el("span", { class: "out", "aria-hidden": "true" }, "↗"), spoken(t("opens_new")));
}

function sourceBlock(block) {
  if (!block.citations.length) return null;
  const item = (source) =>
    el(
      "li",
      {},
      source.url ? outside(source.url, "source-link", source.title) : source.title,
      ` ${source.publisher}`,
      source.read_on ? el("span", { class: "quiet" }, ` · ${t("source_read", { date: source.read_on })}`) : null,
    );
  return el("details", { class: "sources" }, el("summary", {}, t("source_title")), el("ul", {}, block.citations.map(item)));
}

function noticeBlock(block) {
  return el("p", { class: "notice lines" }, withCalls(block.text));
}
