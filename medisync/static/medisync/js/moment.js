// <ms-moment>: copies the address of this moment of the recording.

import { toast } from "./toast.js";

class Moment extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    // Browsers offer the clipboard over HTTPS and on this machine only.
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      toast(this.dataset.done, "success");
    });
  }
}

customElements.define("ms-moment", Moment);
