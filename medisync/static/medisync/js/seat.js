// The bar's audio as a waveform sees it: its recording's place while that plays.

import { player } from "./player.js";

const FORWARDED = ["play", "playing", "pause", "ended", "timeupdate", "seeking", "seeked", "ratechange"];

/** What wavesurfer takes for a media element: the bar's, or silence at 0. */
export class Seat extends EventTarget {
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
