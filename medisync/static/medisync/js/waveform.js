// <ms-waveform>: the shape of a recording, to look at and to jump in.
//
// wavesurfer.js draws it from our peaks. It is bound to the audio of the bar as long
// as that plays this recording; until then a click says where to begin.

import WaveSurfer from "../../vendor/wavesurfer-8.0.1/wavesurfer.esm.js";
import { player } from "./player.js";

const FORWARDED = ["play", "playing", "pause", "ended", "timeupdate", "seeking", "seeked", "ratechange"];

/** What wavesurfer takes for a media element: the bar's, or silence at 0. */
class Seat extends EventTarget {
  volume = 1;
  muted = false;
  src = "";
  currentSrc = "";
  readyState = 4;

  constructor(recording, seconds, signal) {
    super();
    Object.assign(this, { recording, duration: seconds });
    for (const name of FORWARDED) {
      player().audio.addEventListener(name, () => this.dispatchEvent(new Event(name)), { signal });
    }
  }

  get taken() {
    return player().recording === this.recording;
  }

  get currentTime() {
    return this.taken ? player().now : 0;
  }

  set currentTime(seconds) {
    const bar = player();
    if (this.taken) bar.seek(seconds);
    else bar.open(document.querySelector(`button[data-recording="${this.recording}"]`), { at: seconds, play: true });
  }

  get paused() {
    return !this.taken || player().audio.paused;
  }

  get ended() {
    return this.taken && player().audio.ended;
  }

  get seeking() {
    return false;
  }

  get playbackRate() {
    return player().speed;
  }

  play() {
    return Promise.resolve();
  }

  pause() {}

  load() {}

  removeAttribute() {}

  canPlayType() {
    return "";
  }
}

class Waveform extends HTMLElement {
  #left = null; // Aborted when the page is left.

  async connectedCallback() {
    this.#left = new AbortController();
    const { signal } = this.#left;
    const state = this.querySelector('[role="status"]');
    try {
      const answer = await fetch(this.dataset.peaks, { signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#draw(await answer.json(), signal);
      state.hidden = true;
    } catch (error) {
      if (error.name !== "AbortError") state.textContent = this.dataset.failed;
    }
  }

  disconnectedCallback() {
    this.#left?.abort();
  }

  #draw({ peaks, duration, channels }, signal) {
    const sides = channels === 2;
    const wave = WaveSurfer.create({
      container: this.querySelector(".waveform-shape"),
      media: new Seat(this.dataset.recording, duration, signal),
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
