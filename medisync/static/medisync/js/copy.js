// <ms-copy>: an input that is shown to be copied. Without JavaScript, or where the
// browser gives no clipboard (plain HTTP), the text is selected and copied by hand.

class Copy extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = this.querySelector("button");
    input.addEventListener("focus", () => input.select());
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      input.select();
      await navigator.clipboard.writeText(input.value);
      button.textContent = button.dataset.done;
    });
  }
}

customElements.define("ms-copy", Copy);
