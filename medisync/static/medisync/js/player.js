// <ms-player>: the bar that goes on playing while one moves between pages.
//
// It has the only <audio> of the pages. A button with data-recording anywhere asks
// it to play; on that recording's page the place is kept in the address (#t=83), so
// that a moment can be shown to a colleague.

import { toast } from "./toast.js";

export const STEP_SECONDS = 5;

/** 83.4 as 1:23, 7207 as 2:00:07. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** The seconds of #t=83 in this address, or null. */
export function placeInAddress() {
  const match = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}

/** Takes the two channels of an audio element apart and lets either through. */
class Sides {
  constructor(audio) {
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    const merger = context.createChannelMerger(2);
    context.createMediaElementSource(audio).connect(splitter);
    // From each side to each ear.
    this.gains = [0, 1].map((side) =>
      [0, 1].map((ear) => {
        const gain = context.createGain();
        splitter.connect(gain, side);
        gain.connect(merger, 0, ear);
        return gain.gain;
      }),
    );
    merger.connect(context.destination);
    this.hear(true, true);
  }

  hear(...on) {
    const both = on[0] && on[1];
    for (const side of [0, 1]) {
      for (const ear of [0, 1]) {
        this.gains[side][ear].value = on[side] && (!both || side === ear) ? 1 : 0;
      }
    }
  }
}

export class Player extends HTMLElement {
  #track = null; // The data-* of the button that opened it.
  #sides = null; // What takes two channels apart, once somebody wanted that.
  #start = 0; // Where to begin, until the audio knows its length.

  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.addEventListener("click", ({ target }) => {
      const action = target.closest("button[data-do]")?.dataset.do;
      if (action === "toggle") this.toggle();
      if (action === "back") this.skip(-STEP_SECONDS);
      if (action === "forward") this.skip(STEP_SECONDS);
      if (action === "close") this.close();
    });
    // htmx follows the address that a link had when it first saw it.
    const title = this.querySelector(".player-title");
    this.addEventListener("click", () => window.htmx?.process(title), { capture: true });
    this.#control("seek").addEventListener("input", ({ target }) => this.seek(Number(target.value)));
    this.#control("speed").addEventListener("change", ({ target }) => (this.speed = Number(target.value)));
    for (const name of ["play", "playing", "pause", "ended", "timeupdate", "seeking", "seeked", "waiting", "ratechange", "durationchange"]) {
      this.audio.addEventListener(name, () => this.#show());
    }
    this.audio.addEventListener("loadedmetadata", () => {
      if (this.#start) this.audio.currentTime = this.#start;
      this.#start = 0;
    });
    this.audio.addEventListener("error", () => this.#fail());
  }

  /** The id of the recording that is in the player, or undefined. */
  get recording() {
    return this.#track?.recording;
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  /** Seconds: as the page told them, since what is still being made has no length. */
  get length() {
    return Number(this.#track?.seconds) || this.audio.duration || 0;
  }

  get now() {
    return this.#start || this.audio.currentTime;
  }

  get speed() {
    return this.audio.playbackRate;
  }

  set speed(factor) {
    this.audio.defaultPlaybackRate = factor;
    this.audio.playbackRate = factor;
    this.#control("speed").value = String(factor);
  }

  /** Takes the recording of a play button; begins `at` so many seconds. */
  open(button, { at = 0, play = true } = {}) {
    this.#track = { ...button.dataset };
    this.#start = Math.min(at, this.length);
    const { original, type, mp3 } = this.#track;
    this.audio.src = this.#address(original && this.audio.canPlayType(type) ? original : mp3);
    this.#sides?.hear(true, true);
    this.hidden = false;
    const title = this.querySelector(".player-title");
    title.textContent = this.#track.title;
    title.setAttribute("href", this.#track.page);
    this.#control("seek").max = String(this.length);
    this.#show();
    if (play) this.play();
  }

  play() {
    // Refused when the source fails or is exchanged; "error" tells of the former.
    this.audio.play().catch(() => this.#show());
  }

  toggle() {
    if (this.playing) this.audio.pause();
    else if (this.#track) this.play();
  }

  seek(seconds) {
    const place = Math.min(Math.max(0, seconds), this.length);
    if (this.audio.readyState === HTMLMediaElement.HAVE_NOTHING) this.#start = place;
    else this.audio.currentTime = place;
    this.#show();
  }

  skip(seconds) {
    this.seek(this.now + seconds);
  }

  /** Hears the first or the second side of a call alone, in both ears; or both. */
  hear(first, second) {
    if (!this.#sides) {
      this.#sides = new Sides(this.audio);
      // Sound from another host would be silent from now on (MEDISYNC_S3_REDIRECT).
      if (this.#track) {
        const { playing, now } = this;
        this.audio.src = this.#address(this.audio.getAttribute("src"));
        this.#start = now;
        if (playing) this.play();
      }
    }
    this.#sides.hear(first, second);
  }

  close() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    this.#track = null;
    const focused = this.contains(document.activeElement);
    this.hidden = true;
    if (focused) document.getElementById("content").focus({ preventScroll: true });
    this.#show();
  }

  #address(url) {
    return this.#sides ? `${url}?sides` : url;
  }

  #control(name) {
    return this.querySelector(`[data-do="${name}"]`);
  }

  #fail() {
    if (!this.#track) return;
    const { original, mp3 } = this.#track;
    if (original && this.audio.getAttribute("src") === this.#address(original)) {
      // The browser thought it could play this form.
      this.#start = this.now;
      this.audio.src = this.#address(mp3);
      this.play();
      return;
    }
    toast(this.dataset.failed, "error");
    this.#show();
  }

  #show() {
    const { playing, now } = this;
    this.toggleAttribute("data-playing", playing);
    this.toggleAttribute("data-waiting", playing && this.audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
    this.#control("toggle").setAttribute("aria-label", playing ? this.dataset.pause : this.dataset.play);
    this.querySelector('[data-part="now"]').textContent = clock(now);
    this.querySelector('[data-part="length"]').textContent = clock(this.length);
    const seek = this.#control("seek");
    seek.value = String(now);
    seek.setAttribute("aria-valuetext", `${clock(now)} / ${clock(this.length)}`);
    this.#keepPlace(Math.floor(now));
    markButtons(this);
    this.dispatchEvent(new CustomEvent("ms-player", { bubbles: true }));
  }

  #keepPlace(seconds) {
    if (!this.#track) return;
    const place = `${this.#track.page}#t=${seconds}`;
    this.querySelector(".player-title").setAttribute("href", place);
    const here = location.pathname === this.#track.page;
    if (here && location.pathname + location.hash !== place) {
      history.replaceState(history.state, "", place);
    }
  }
}

customElements.define("ms-player", Player);

export const player = () => document.querySelector("ms-player");

/** Shows on every play button whether its recording is playing. */
function markButtons(bar) {
  for (const button of document.querySelectorAll("button[data-recording]")) {
    const playing = bar.playing && button.dataset.recording === bar.recording;
    button.toggleAttribute("data-playing", playing);
    button.setAttribute("aria-pressed", String(playing));
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-recording]");
  if (!button) return;
  const bar = player();
  if (button.dataset.recording === bar.recording) bar.toggle();
  else bar.open(button, { at: placeFor(button) ?? 0 });
});

/** Where the address says that a button's recording is to begin, or null. */
function placeFor(button) {
  return location.pathname === button.dataset.page ? placeInAddress() : null;
}

/** Opens the moment that the address names, unless something else is playing. */
function openMoment() {
  const bar = player();
  markButtons(bar);
  for (const button of document.querySelectorAll("#content button[data-recording]")) {
    const at = placeFor(button);
    if (at === null) continue;
    if (bar.recording === button.dataset.recording) {
      if (Math.abs(bar.now - at) > 1) bar.seek(at);
    } else if (!bar.playing) {
      bar.open(button, { at, play: false });
    }
    return;
  }
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "content") openMoment();
  else markButtons(player());
});
document.addEventListener("htmx:historyRestore", openMoment);
addEventListener("hashchange", openMoment);
openMoment();
