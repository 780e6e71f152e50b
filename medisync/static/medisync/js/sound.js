// <ms-sound data-peaks="…">: the waveform above an <audio>, in the admin.
// It shows what was heard and seeks where it is pressed. The <audio> below it is
// what the keyboard and screen readers use, and all there is without peaks.

const BAR = 3; // pixels, with the gap

class Sound extends HTMLElement {
  async connectedCallback() {
    this.audio = this.querySelector("audio");
    const answer = await fetch(this.dataset.peaks);
    if (!answer.ok) return;
    const { peaks, duration } = await answer.json();
    this.loudness = loudness(peaks);
    this.seconds = duration;

    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.prepend(this.canvas);
    this.canvas.addEventListener("pointerdown", (press) => this.seek(press));
    for (const name of ["timeupdate", "seeked", "loadedmetadata"])
      this.audio.addEventListener(name, () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get length() {
    return this.audio.duration || this.seconds;
  }

  seek(press) {
    const box = this.canvas.getBoundingClientRect();
    this.audio.currentTime = (this.length * (press.clientX - box.left)) / box.width;
    this.audio.play();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width) return;
    const scale = devicePixelRatio;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(this);
    const [heard, ahead] = ["--accent", "--field-line"].map((name) => style.getPropertyValue(name));
    const bars = Math.floor(width / BAR);
    for (let bar = 0; bar < bars; bar++) {
      const from = Math.floor((bar * this.loudness.length) / bars);
      const to = Math.max(from + 1, Math.floor(((bar + 1) * this.loudness.length) / bars));
      const loud = Math.max(...this.loudness.slice(from, to));
      const tall = Math.max(2, loud * height);
      pen.fillStyle = bar / bars < this.audio.currentTime / this.length ? heard : ahead;
      pen.fillRect(bar * BAR, (height - tall) / 2, BAR - 1, tall);
    }
  }
}

/** How loud each step is over all channels, with the loudest of all as 1. */
function loudness(channels) {
  const values = channels[0].map((_, step) => Math.max(...channels.map((peaks) => peaks[step])));
  const most = Math.max(0.01, ...values);
  return values.map((value) => value / most);
}

customElements.define("ms-sound", Sound);
