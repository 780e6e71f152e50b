// <ms-sides>: hear both sides of a call, or one of them in both ears.

import { player } from "./player.js";

class Sides extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => {
      const boxes = [...this.querySelectorAll("input")];
      // Nobody wants to hear neither.
      if (!boxes.some((box) => box.checked)) boxes.find((box) => box !== target).checked = true;
      player().hear(...boxes.map((box) => box.checked));
    });
  }
}

customElements.define("ms-sides", Sides);
