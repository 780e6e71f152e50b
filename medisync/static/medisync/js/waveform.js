// <ms-waveform>: the shape of a recording, to look at and to jump in.
//
// wavesurfer.js draws it from our peaks, for the <audio> inside, or else for that of
// the bar: as long as it plays this recording; until then a click says where to begin.

import WaveSurfer from "../../vendor/wavesurfer-8.0.1/wavesurfer.esm.js";

class Waveform extends HTMLElement {
  #left = null; // Aborted when the page is left.

  async connectedCallback() {
    this.#left = new AbortController();
    const { signal } = this.#left;
    const state = this.querySelector('[role="status"]');
    try {
      const answer = await fetch(this.dataset.peaks, { signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const shape = await answer.json();
      this.#draw(shape, await this.#media(shape.duration, signal), signal);
      state.hidden = true;
    } catch (error) {
      if (error.name !== "AbortError") state.textContent = this.dataset.failed;
    }
  }

  disconnectedCallback() {
    this.#left?.abort();
  }

  async #media(seconds, signal) {
    const own = this.querySelector("audio");
    if (own) return own;
    const { Seat } = await import("./seat.js");
    return new Seat(this.dataset.recording, seconds, signal);
  }

  #draw({ peaks, duration, channels }, media, signal) {
    const sides = channels === 2;
    const wave = WaveSurfer.create({
      container: this.querySelector(".waveform-shape"),
      media,
      peaks,
      duration,
      height: sides ? 56 : 112,
      splitChannels: sides ? [{}, {}] : undefined,
      normalize: true,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      cursorWidth: 2,
      dragToSeek: true,
      cspNonce: document.querySelector('meta[name="style-nonce"]').content,
      ...this.#colours(),
    });
    // The bar does so by itself.
    if (media.parentElement === this) wave.on("interaction", () => wave.play());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => wave.setOptions(this.#colours()), { signal });
    signal.addEventListener("abort", () => wave.destroy());
  }

  #colours() {
    const style = getComputedStyle(this);
    const [waveColor, progressColor, cursorColor] = ["--wave", "--accent", "--focus"].map((name) => style.getPropertyValue(name).trim());
    return { waveColor, progressColor, cursorColor };
  }
}

customElements.define("ms-waveform", Waveform);
