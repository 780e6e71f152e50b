// Keys: those of the page's own links, <a data-key="ArrowRight">, then the player's,
// and the dialog (?) that lists these and can turn them off.

import { STEP_SECONDS, player } from "./player.js";

const OFF = "medisync-shortcuts-off";
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const dialog = document.getElementById("shortcuts");
const enabled = dialog.querySelector("input");

enabled.checked = localStorage.getItem(OFF) === null;
enabled.addEventListener("change", () => {
  if (enabled.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

/** Plays what is in the bar, else the recording whose page this is. */
function toggle() {
  const bar = player();
  if (bar.recording) bar.toggle();
  else document.querySelector("#content button[data-here]")?.click();
}

function faster(step) {
  const bar = player();
  const next = SPEEDS.indexOf(bar.speed) + step;
  if (SPEEDS[next]) bar.speed = SPEEDS[next];
}

function search() {
  document.querySelector('#content input[type="search"]')?.focus();
}

const KEYS = {
  " ": toggle,
  k: toggle,
  j: () => player().skip(-STEP_SECONDS),
  l: () => player().skip(STEP_SECONDS),
  ArrowLeft: () => player().skip(-STEP_SECONDS),
  ArrowRight: () => player().skip(STEP_SECONDS),
  "<": () => faster(-1),
  ">": () => faster(1),
  "/": search,
};

/** The link that has the key, unless one is in the player, whose arrows seek. */
function linkOf({ key, shiftKey, target }) {
  if (shiftKey || target.closest("ms-player")) return null;
  return document.querySelector(`#content a[data-key="${CSS.escape(key)}"]`);
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (target.closest("input, select, textarea, [contenteditable], dialog")) return;
  if (key === "?") {
    dialog.showModal();
    return;
  }
  // A button or link under the focus has the space bar for itself.
  if (key === " " && target.closest("button, a, summary")) return;
  const link = linkOf(event);
  const act = link ? () => link.click() : enabled.checked && KEYS[key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (target.closest?.("[data-closes]")) target.closest("dialog").close();
});
