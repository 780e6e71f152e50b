// Keys that follow a link of the page: <a data-key="ArrowRight">.
//
// None of them writes a character, and none acts while one types, moves a slider
// or is in the player.

const BUSY = "input, select, textarea, dialog, ms-player, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.closest?.(BUSY)) return;
  const link = document.querySelector(`#content a[data-key="${CSS.escape(key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
