// <ms-recorder>: records from the microphone and loses nothing.
//
// What is heard goes to this device's storage piece by piece (tape.js) and from there
// to the clinic (sending.js) while the recording runs. Whatever ends the page, the tape
// is found again by the next one and goes on, is finished or is discarded.

import { clock } from "./player.js";

const RATE = 24000;
const PIECES_A_SECOND = 2;
const ANNOUNCED_EVERY = 300; // seconds
const SPARED = 10; // seconds below what the clinic takes, for what is under way
const SILENT_AFTER = 3000; // milliseconds without a word from the worklet
const WORKLET = new URL("recorder-worklet.js", import.meta.url);

/** What a sender reads from: waits for more, and knows when there is none. */
class TapeSource {
  size = null;
  finished = false;
  closed = false;
  #wake = () => {};

  constructor(tape) {
    this.tape = tape;
  }

  wake() {
    this.#wake();
  }

  async slice(start, end) {
    // A second at a time, or what there is when no more comes for now.
    const enough = () => this.tape.length - start >= 2 * this.tape.facts.rate || this.finished || this.idle;
    while (this.closed || !(this.finished || (enough() && this.tape.length > start))) {
      await new Promise((go) => (this.#wake = go));
    }
    const value = await this.tape.read(start, end - start);
    return { value, done: this.finished && start + value.size === this.tape.length };
  }

  close() {
    this.closed = true;
  }
}

class Recorder extends HTMLElement {
  #tape = null;
  #sending = null;
  #source = null;
  #sound = null; // { context, stream, input, worklet }
  #running = false;
  #digest = "";
  #safe = 0;
  #announced = 0;
  #wakeLock = null;

  async connectedCallback() {
    this.addEventListener("click", this.#clicked);
    this.#part("consent").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#guarded(() => this.#begin(new FormData(event.target)));
    });
    this.#part("device").addEventListener("change", () => this.#guarded(() => this.#listen()));
    addEventListener("beforeunload", this.#warn);
    document.addEventListener("htmx:confirm", this.#ask);
    document.addEventListener("visibilitychange", this.#stayAwake);
    navigator.mediaDevices?.addEventListener("devicechange", this.#devices);
    const modules = await Promise.all([import("./tape.js"), import("./sending.js")]);
    Object.assign(this, { ...modules[0], ...modules[1] });
    if (this.isConnected) await this.#guarded(() => this.#offerUnfinished());
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn);
    document.removeEventListener("htmx:confirm", this.#ask);
    document.removeEventListener("visibilitychange", this.#stayAwake);
    navigator.mediaDevices?.removeEventListener("devicechange", this.#devices);
    this.#putDown();
  }

  // --- Where things are, and what is said

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #text(name) {
    return this.#sentence(name).textContent;
  }

  #sentence(name) {
    return this.#part("texts").content.querySelector(`[data-text="${name}"]`);
  }

  /** The page's language, as it is written where the browser is at home. */
  get #locale() {
    const { lang } = document.documentElement;
    return navigator.languages.find((one) => one.startsWith(lang)) ?? lang;
  }

  #say(text) {
    this.#part("status").textContent = text;
  }

  #show(...names) {
    for (const name of ["unfinished", "consent", "deck", "refused", "done"]) {
      this.#part(name).hidden = !names.includes(name);
    }
  }

  /** Whatever goes wrong becomes a sentence with a way out. */
  async #guarded(work) {
    this.#part("trouble").hidden = true;
    try {
      await work();
    } catch (error) {
      const known = ["NotAllowedError", "NotFoundError", "NotReadableError", "QuotaExceededError"];
      const name = navigator.mediaDevices ? error.name : "insecure";
      this.#part("trouble").textContent = this.#text(
        known.includes(name) || name === "insecure" ? name : "fault",
      );
      this.#part("trouble").hidden = false;
      this.#part("trouble").scrollIntoView({ block: "nearest" });
      if (!known.includes(name) && name !== "insecure") console.error(error);
    }
  }

  #clicked = ({ target }) => {
    const button = target.closest("button[data-do]");
    if (!button) return;
    const id = button.closest("[data-tape]")?.dataset.tape;
    const work = {
      pause: () => this.#pause(),
      resume: () => this.#resume(),
      finish: () => this.#finish(),
      continue: () => this.#goOn(id),
      "finish-found": () => this.#finishFound(id),
      discard: () => this.#askToDiscard(id),
      "keep-as-dictation": () => this.#keepAsDictation(),
      again: () => this.#anew(),
    }[button.dataset.do];
    if (work) this.#guarded(work);
  };

  // --- Unfinished recordings of this device

  async #offerUnfinished() {
    const all = await this.Tape.unfinished(this.dataset.user);
    const wanted = this.dataset.appointment;
    this.found = all.filter(({ facts }) => !wanted || facts.appointment === wanted);
    const list = this.#part("tapes");
    list.replaceChildren(
      ...this.found.map((tape) => {
        const item = this.#part("tape").content.cloneNode(true).firstElementChild;
        item.dataset.tape = tape.facts.id;
        const when = new Date(tape.facts.recordedAt);
        item.querySelector("[data-label]").textContent = tape.facts.label;
        item.querySelector("time").textContent = when.toLocaleString(this.#locale, {
          dateStyle: "medium",
          timeStyle: "short",
        });
        item.querySelector("time").dateTime = tape.facts.recordedAt;
        item.querySelector("[data-length]").textContent = clock(tape.seconds);
        return item;
      }),
    );
    const taken = "taken" in this.dataset;
    this.#show(...(this.found.length ? ["unfinished"] : []), ...(taken ? [] : ["consent"]));
  }

  async #take(id) {
    const tape = this.found.find(({ facts }) => facts.id === id);
    if (!(await tape.hold())) return this.#offerUnfinished();
    this.#tape = tape;
    this.#send();
    return tape;
  }

  async #goOn(id) {
    const tape = this.found.find(({ facts }) => facts.id === id);
    await this.#listen(tape.facts.rate);
    if (await this.#take(id)) this.#resume();
  }

  async #finishFound(id) {
    if (await this.#take(id)) await this.#finish();
  }

  #askToDiscard(id) {
    const tape = this.found.find(({ facts }) => facts.id === id);
    const dialog = this.#part("discarding");
    dialog.querySelector("[data-length]").textContent = clock(tape.seconds);
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue === "discard") this.#guarded(() => this.#discard(tape));
    };
    dialog.showModal();
  }

  async #discard(tape) {
    const { place } = tape.facts;
    await tape.remove();
    // Without the network the clinic's part goes when nobody goes on with it.
    if (place) await this.discard(place).catch(() => {});
    this.#say(this.#text("discarded"));
    await this.#offerUnfinished();
  }

  // --- Recording

  async #begin(form) {
    await this.#listen(RATE).catch((error) => {
      // Firefox takes a microphone at its own rate only.
      if (error.name !== "NotSupportedError") throw error;
      this.#silence();
      return this.#listen();
    });
    await navigator.storage?.persist?.();
    const now = new Date().toISOString();
    this.#tape = await this.Tape.create({
      user: this.dataset.user,
      appointment: this.dataset.appointment,
      label: form.get("title") || this.dataset.label,
      title: form.get("title") ?? "",
      doctor: form.get("doctor") ?? "",
      consent: form.get("consent"),
      consentAt: now,
      recordedAt: now,
      rate: this.#sound.context.sampleRate,
      place: "",
    });
    await this.#tape.hold();
    this.#send();
    this.#resume();
  }

  /** Opens the chosen microphone; as another input of the same sound, if there is one. */
  async #listen(rate) {
    const chosen = this.#part("device").value;
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, autoGainControl: true, ...(chosen && { deviceId: { exact: chosen } }) },
    });
    try {
      this.#sound ??= await this.#openSound(rate);
      const { context, worklet } = this.#sound;
      const input = context.createMediaStreamSource(stream);
      this.#unplug();
      input.connect(worklet);
      Object.assign(this.#sound, { stream, input });
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
    stream.getAudioTracks()[0].addEventListener("ended", () => {
      if (this.#sound?.stream !== stream) return;
      this.#guarded(() => this.#pause("unplugged"));
    });
    await this.#sound.context.resume();
    await this.#devices();
  }

  async #openSound(rate) {
    const context = new AudioContext(rate ? { sampleRate: rate } : {});
    await context.audioWorklet.addModule(WORKLET);
    const frames = Math.round(context.sampleRate / PIECES_A_SECOND);
    const options = { numberOfOutputs: 0, processorOptions: { frames } };
    const worklet = new AudioWorkletNode(context, "medisync-recorder", options);
    worklet.port.onmessage = ({ data }) => this.#heard(data);
    return { context, worklet, watch: setInterval(() => this.#watch(), 1000) };
  }

  /** A device that slept does not go on listening unasked. */
  #watch() {
    if (this.#running && Date.now() - this.heardAt > SILENT_AFTER) {
      this.#guarded(() => this.#pause("slept"));
    }
  }

  #unplug() {
    this.#sound.input?.disconnect();
    for (const track of this.#sound.stream?.getTracks() ?? []) track.stop();
  }

  #silence() {
    this.#running = false;
    if (!this.#sound) return;
    this.#unplug();
    clearInterval(this.#sound.watch);
    this.#sound.context.close();
    this.#sound = null;
    this.#wakeLock?.release();
    this.#wakeLock = null;
  }

  #heard({ buffer, level, waiting, running }) {
    this.heardAt = Date.now();
    if (buffer) {
      this.#tape.append(buffer).then(
        () => {
          this.#source.wake();
          this.#draw();
          if (this.#running && this.#full) this.#guarded(() => this.#pause("full"));
        },
        (error) => this.#guarded(async () => {
          await this.#pause();
          throw error;
        }),
      );
    }
    if (level !== undefined) {
      this.#part("level").value = level;
      this.#clock(waiting);
    }
    if (running === false) this.flushed?.();
  }

  get #full() {
    const { mostBytes, mostSeconds } = this.dataset;
    const most = Math.min(mostSeconds, mostBytes / 2 / this.#tape.facts.rate);
    return this.#tape.seconds >= most - SPARED;
  }

  #resume() {
    if (this.#full) {
      this.#show("deck");
      return this.#guarded(() => this.#pause("full"));
    }
    if (!this.#sound?.stream?.active) {
      return this.#guarded(async () => {
        await this.#listen(this.#tape.facts.rate);
        this.#resume();
      });
    }
    document.querySelector("ms-player")?.audio?.pause();
    this.#sound.context.resume();
    this.#sound.worklet.port.postMessage({ run: true });
    this.#running = true;
    this.heardAt = Date.now();
    this.#source.idle = false;
    this.#stayAwake();
    this.#show("deck");
    this.dataset.state = "recording";
    this.#say(this.#text("recording"));
    this.querySelector('[data-do="pause"]').focus();
    this.#draw();
  }

  /** Stops listening when the last piece is stored. */
  async #pause(why = "paused") {
    if (this.#running) {
      this.#running = false;
      const flushed = new Promise((done) => (this.flushed = done));
      this.#sound.worklet.port.postMessage({ run: false });
      // A sound that stopped answers no more.
      await Promise.race([flushed, new Promise((done) => setTimeout(done, 1000))]);
      await this.#tape.settled();
      this.#wakeLock?.release();
      this.#wakeLock = null;
    }
    this.#source.idle = true;
    this.#source.wake();
    this.dataset.state = "paused";
    this.#say(this.#text(why));
    this.#draw();
    this.querySelector('[data-do="resume"]').focus();
  }

  async #finish() {
    if (this.#running) await this.#pause();
    this.#silence();
    this.#show("deck");
    this.dataset.state = "finishing";
    this.#say(this.#text("finishing"));
    this.#draw();
    if (this.#tape.length === 0) {
      const tape = this.#tape;
      this.#putDown();
      return this.#discard(tape);
    }
    await this.#tape.note({ finished: true });
    this.#digest = await this.digestOf(this.#tape.wav());
    this.#source.finished = true;
    this.#source.wake();
  }

  // --- Sending

  #send() {
    const { facts } = this.#tape;
    this.#safe = 0;
    this.#digest = "";
    this.#source = new TapeSource(this.#tape);
    this.#source.idle = true;
    this.#sending = new this.Sending({
      source: this.#source,
      endpoint: this.dataset.endpoint,
      metadata: {
        filename: `${facts.recordedAt.slice(0, 19).replaceAll(":", "-")}.wav`,
        sampleRate: String(facts.rate),
        consent: facts.consent,
        consentAt: facts.consentAt,
        recordedAt: facts.recordedAt,
        ...(facts.title && { title: facts.title }),
        ...(facts.appointment ? { appointment: facts.appointment } : facts.doctor && { doctor: facts.doctor }),
      },
      place: { get: () => facts.place, set: (place) => this.#tape.note({ place }) },
      digest: () => (this.#source.finished ? this.#digest : ""),
    });
    this.#sending.addEventListener("progress", ({ detail }) => {
      this.#safe = detail;
      this.#draw();
    });
    this.#sending.addEventListener("state", ({ detail }) => this.#connection(detail));
    this.#sending.addEventListener("done", ({ detail }) => this.#guarded(() => this.#done(detail)));
    this.#sending.addEventListener("refused", ({ detail }) => this.#refused(detail));
    this.#sending.start();
  }

  #connection(state) {
    if (this.dataset.connection === state) return;
    this.dataset.connection = state;
    this.#part("connection").hidden = state === "sending";
    if (state === "sending") return;
    this.#part("connection").replaceChildren(this.#sentence(state).cloneNode(true));
  }

  async #done(place) {
    await this.#tape.remove();
    this.#tape = null;
    this.#part("link").href = place;
    this.#show("done");
    delete this.dataset.state;
    this.#say(this.#text("done"));
    this.#part("link").focus();
    this.dispatchEvent(new CustomEvent("ms-recorded", { bubbles: true, detail: { place } }));
  }

  /** Nothing that was said is lost: it stays on this device until it has a place. */
  #refused({ code, message }) {
    if (this.#running) this.#guarded(() => this.#pause());
    this.#part("reason").textContent = message || this.#text("fault");
    const elsewhere = ["recording_exists", "appointment_not_found"].includes(code);
    this.querySelector('[data-do="keep-as-dictation"]').hidden = !elsewhere;
    this.#show("deck", "refused");
    this.#say(this.#part("reason").textContent);
  }

  async #keepAsDictation() {
    const { label, place } = this.#tape.facts;
    const title = this.#tape.facts.title || label;
    await this.#tape.note({ appointment: "", title, place: "" });
    if (place) await this.discard(place).catch(() => {});
    this.#source.close();
    this.#send();
    await this.#finish();
  }

  async #anew() {
    this.#putDown();
    await this.#offerUnfinished();
  }

  #putDown() {
    this.#silence();
    this.#sending?.stop();
    this.#source?.close();
    this.#tape?.letGo();
    this.#tape = null;
    delete this.dataset.state;
    delete this.dataset.connection;
    this.#part("connection").hidden = true;
  }

  // --- What one sees

  #draw() {
    if (!this.#tape) return;
    const { rate } = this.#tape.facts;
    this.#part("stored").textContent = clock(this.#tape.seconds);
    this.#part("safe").textContent = clock(this.#safe / 2 / rate);
    this.#part("progress").value = this.#tape.length ? this.#safe / this.#tape.length : 0;
    this.#clock(0);
  }

  #clock(waiting) {
    if (!this.#tape) return;
    const seconds = this.#tape.seconds + (this.#running ? waiting / this.#tape.facts.rate : 0);
    this.#part("clock").textContent = clock(seconds);
    const minutes = Math.floor(seconds / ANNOUNCED_EVERY) * (ANNOUNCED_EVERY / 60);
    if (this.#running && minutes > this.#announced) {
      this.#announced = minutes;
      this.#say(this.#text("minutes").replace("{0}", minutes));
    }
  }

  #devices = async () => {
    if (!this.#sound) return;
    const list = this.#part("device");
    const current = this.#sound.stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
    const found = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "audioinput");
    list.replaceChildren(
      ...found.map(({ deviceId, label }, index) => new Option(label || `${index + 1}`, deviceId)),
    );
    list.value = current;
  };

  #stayAwake = async () => {
    if (!this.#running || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    // Refused on a low battery: recording goes on without.
    this.#wakeLock = await navigator.wakeLock.request("screen").catch(() => null);
  };

  #warn = (event) => {
    if (this.#running) event.preventDefault();
  };

  /** htmx leaves no page, so the browser would not ask. */
  #ask = (event) => {
    if (!this.#running || !event.detail.elt.closest("a, form") || this.contains(event.detail.elt)) return;
    event.preventDefault();
    if (confirm(this.#text("leaving"))) event.detail.issueRequest(true);
  };
}

customElements.define("ms-recorder", Recorder);
