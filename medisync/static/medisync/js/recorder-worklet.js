// The part of <ms-recorder> that runs beside the sound: makes 16-bit mono samples of
// what the microphone hears and hands them over in pieces, each to be stored at once.

const LEVELS_A_SECOND = 12;

class Recorder extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.size = processorOptions.frames;
    this.running = false;
    this.#begin();
    this.quiet = Math.round(sampleRate / LEVELS_A_SECOND);
    this.peak = this.since = 0;
    this.port.onmessage = ({ data }) => {
      this.running = data.run;
      if (!data.run) this.#handOver();
      this.port.postMessage({ running: data.run });
    };
  }

  #begin() {
    this.samples = new Int16Array(this.size);
    this.filled = 0;
  }

  #handOver() {
    if (this.filled) {
      const { buffer } = this.samples.slice(0, this.filled);
      this.port.postMessage({ buffer }, [buffer]);
    }
    this.#begin();
  }

  process([channels]) {
    const frames = channels[0]?.length ?? 0;
    for (let at = 0; at < frames; at += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[at];
      const sample = Math.max(-1, Math.min(1, sum / channels.length));
      this.peak = Math.max(this.peak, Math.abs(sample));
      if (!this.running) continue;
      this.samples[this.filled] = Math.round(sample * 32767);
      this.filled += 1;
      if (this.filled === this.size) this.#handOver();
    }
    this.since += frames;
    if (this.since >= this.quiet) {
      this.port.postMessage({ level: this.peak, waiting: this.filled });
      this.peak = this.since = 0;
    }
    return true;
  }
}

registerProcessor("medisync-recorder", Recorder);
