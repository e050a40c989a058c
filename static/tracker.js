// What the pages cannot do without a script: dates in the reader's zone, swaps that respect what the reader is doing,
// and plain words when a request fails. Everything else works with forms and links alone.
"use strict";

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const local = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function age(seconds) {
  if (seconds < 45) return "just now";
  if (seconds < HOUR) return relative.format(-Math.round(seconds / MINUTE), "minute");
  if (seconds < DAY) return relative.format(-Math.round(seconds / HOUR), "hour");
  return relative.format(-Math.round(seconds / DAY), "day");
}

function tellTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const text = "ago" in time.dataset ? age((Date.now() - at) / 1000) : local.format(at);
    if (time.textContent !== text) time.textContent = text;
    time.title = whole.format(at);
  }
}

function say(text) {
  const notice = document.createElement("p");
  notice.className = "notice is-bad";
  notice.textContent = text;
  document.getElementById("messages").replaceChildren(notice);
}

// A page that refreshes itself must not undo what its reader does: a half-written form stays, an open fold stays open,
// and so does the answer to what was sent last.
let asked = false;

Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) =>
  asked || !(node instanceof HTMLFormElement && [...node.elements].some(changed));

Idiomorph.defaults.callbacks.beforeNodeRemoved = (node) =>
  asked || !(node instanceof HTMLElement && node.matches("[role=alert]"));

Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node instanceof HTMLDetailsElement);

function changed(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((o) => o.selected !== o.defaultSelected);
  return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
}

// A filter that is not set does not belong in the address bar.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!asked && target.id === "messages" && !fragment.textContent.trim()) event.preventDefault();
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig.verb !== "get") document.getElementById("messages").replaceChildren();
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  document.getElementById("offline").hidden = true;
  asked = detail.requestConfig.verb !== "get";
  if (detail.xhr.status >= 400 && isPlain(detail.xhr)) {
    detail.shouldSwap = false;
    say(detail.xhr.responseText);
  }
});

function isPlain(xhr) {
  return (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (isPlain(detail.xhr)) return;
  const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  const [title, why] = [".error-page h1", ".error-page h1 + p"].map((q) => page.querySelector(q)?.textContent.trim());
  say(title ? `${title}. ${why ?? ""}` : `The server answered ${detail.xhr.status}. Nothing was shown; reload the page.`);
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  document.getElementById("offline").hidden = false;
  if (detail.requestConfig.verb !== "get") say("The server could not be reached: this was not recorded. Try again.");
});

document.addEventListener("htmx:afterSettle", tellTimes);
document.addEventListener("htmx:afterSwap", tellTimes);
tellTimes();
setInterval(tellTimes, 30_000);

// On a phone the row of tabs is wider than the page: the present one must be in it.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// One press of Escape, or a click elsewhere, closes an open menu.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
