// A sentence at the edge of the screen, read out, and gone when it is closed.

/** Shows `text`; `kind` is success, warning, error or nothing. */
export function toast(text, kind = "") {
  const list = document.getElementById("toasts");
  const item = document.createElement("li");
  item.className = `toast ${kind}`;
  item.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet round";
  close.setAttribute("aria-label", list.dataset.close);
  close.append("×");
  close.addEventListener("click", () => item.remove());
  item.append(close);
  list.append(item);
  // What went well needs no hand; what did not waits for one.
  if (/success|info/.test(kind)) setTimeout(() => item.remove(), 8000);
}
