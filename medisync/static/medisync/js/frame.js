// What stays while one moves between pages, and how the rest is exchanged.
//
// htmx follows links and forms by itself (hx-boost); here is what it does not know:
// that only #content changes, which addresses are other surfaces, and what to do
// with errors, focus and the lit entry of the navigation.

import { toast } from "./toast.js";

const OTHER_SURFACES = /^\/(admin|api|docs|openapi|shared|static)(\/|$)/;
const stylesheet = document.querySelector('link[rel="stylesheet"]').getAttribute("href");
// How far down each address was read, for as long as this document lives.
const scrolled = new Map();

const content = () => document.getElementById("content");

/** Whether a link or form leads out of these pages, or to a file. */
function leadsElsewhere(element) {
  if (element.hasAttribute("download")) return true;
  const address = element.getAttribute("href") ?? element.getAttribute("action") ?? "";
  return OTHER_SURFACES.test(new URL(address, location.href).pathname);
}

document.addEventListener("htmx:beforeProcessNode", ({ target }) => {
  if (target.matches("a[href], form") && leadsElsewhere(target)) {
    target.setAttribute("hx-boost", "false");
  }
});

// Addresses name what was chosen, and not what goes without saying.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!target.matches("form[data-short]")) return;
  for (const [name, value] of [...detail.formData]) {
    const usual = target.elements[name]?.options?.[0].value ?? "";
    if (value === usual) detail.formData.delete(name);
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  const { xhr } = detail;
  // What a form says about its own fields goes where the form wants it.
  const asPage = detail.boosted || (xhr.status >= 400 && ![409, 422].includes(xhr.status));
  if (!asPage) return;
  const ours = xhr.responseText.includes(stylesheet);
  const framed = xhr.status >= 400 || xhr.responseText.includes("<ms-player");
  if (!ours || !framed) {
    // Another surface, the sign-in page, or pages of another version.
    event.preventDefault();
    location.assign(xhr.responseURL);
    return;
  }
  // A place in a recording names no element to scroll to.
  if (detail.pathInfo.anchor?.startsWith("t=")) detail.pathInfo.anchor = null;
  detail.shouldSwap = true;
  detail.isError = false;
  detail.target = content();
  detail.selectOverride = "#content";
  detail.swapOverride = "outerHTML";
});

document.addEventListener("htmx:beforeHistoryUpdate", () => {
  scrolled.set(location.pathname + location.search, scrollY);
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "content") return;
  arrived();
  if (!document.getElementById(location.hash.slice(1))) scrollTo(0, 0);
  const heading = content().querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  (heading ?? content()).focus({ preventScroll: true });
});

// A part of a page says itself where the focus goes (autofocus) and what is new in it.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const news = target.querySelector("[data-announce]");
  if (news) document.getElementById("announcer").textContent = news.textContent;
});

document.addEventListener("htmx:historyRestore", () => {
  arrived();
  scrollTo(0, scrolled.get(location.pathname + location.search) ?? 0);
});

// The page that one goes back to is gone, broken, or needs a new sign-in.
document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    toast(document.getElementById("toasts").dataset.offline, "error");
  });
}

/** Tells everyone that another page is in #content. */
function arrived() {
  const { section } = content().dataset;
  for (const link of document.querySelectorAll("#sections a")) {
    if (link.dataset.section === section) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  showSection();
  document.getElementById("announcer").textContent = document.title;
  raiseMessages();
}

/** On a phone the navigation is wider than the screen. */
function showSection() {
  const lit = document.querySelector("#sections [aria-current]");
  lit?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** The server's messages become toasts, which stay until they are closed. */
function raiseMessages() {
  for (const message of document.querySelectorAll("#content .messages .toast")) {
    toast(message.textContent, message.className);
  }
  document.querySelector("#content .messages")?.remove();
}

showSection();
raiseMessages();
