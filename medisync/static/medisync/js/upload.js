// <ms-upload>: files that are dropped or chosen go to the clinic in pieces, one after
// the other, each with its progress; a lost line, a pause or a reload costs nothing
// that had arrived.

const REMEMBERED = "medisync-upload-";
const FORGOTTEN_AFTER = 7 * 24 * 3600 * 1000; // As long as the clinic waits.

/**
 * Where an upload was going, by the file's hash and what is to become of it. No name
 * of a file or person stays behind in the browser.
 */
class Place {
  constructor(key) {
    this.key = REMEMBERED + key;
  }

  get() {
    return JSON.parse(localStorage.getItem(this.key) ?? "null")?.address ?? "";
  }

  set(address) {
    if (address) localStorage.setItem(this.key, JSON.stringify({ address, at: Date.now() }));
    else localStorage.removeItem(this.key);
  }

  /** Whether something that was going there is on its way. */
  static any(target) {
    return Object.keys(localStorage).some((key) => key.startsWith(REMEMBERED) && key.endsWith(target));
  }

  static tidy() {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(REMEMBERED))) {
      const { at } = JSON.parse(localStorage.getItem(key));
      if (Date.now() - at > FORGOTTEN_AFTER) localStorage.removeItem(key);
    }
  }
}

async function* piecesOf(file) {
  const most = 1 << 22;
  for (let at = 0; at < file.size; at += most) yield await file.slice(at, at + most).arrayBuffer();
}

/** One file of the list. */
class Item {
  sending = null;
  #settle = null;

  constructor(zone, file, target) {
    Object.assign(this, { zone, file, target });
    this.element = zone.part("item").content.cloneNode(true).firstElementChild;
    this.element.querySelector("[data-name]").textContent = file.name;
    this.element.querySelector("[data-size]").textContent = zone.sizeOf(file.size);
    this.bar = this.element.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.element.addEventListener("click", ({ target: { dataset } }) => {
      ({
        pause: () => this.pause(),
        resume: () => this.resume(),
        again: () => zone.queue(this),
        remove: () => this.remove(),
      })[dataset.do]?.();
    });
    this.show("queued");
  }

  /** Says how it is; which buttons make sense follows from that. */
  show(state, value) {
    this.state = state;
    this.element.dataset.state = state;
    const text = this.zone.text(state) ?? value;
    this.element.querySelector("[data-state]").textContent = text.replace("{0}", value);
    const wanted = {
      pause: ["checking", "sending", "waiting", "signed-out", "too-many", "no-room"].includes(state),
      resume: state === "paused",
      again: ["refused", "unreadable"].includes(state),
      remove: !["done", "keeping"].includes(state),
    };
    for (const [name, on] of Object.entries(wanted)) {
      this.element.querySelector(`[data-do="${name}"]`).hidden = !on;
    }
  }

  /** Sends it; returns when it is there, or will not be. */
  async run() {
    try {
      if (!this.digest) {
        this.digest = await this.zone.sending.digestOf(piecesOf(this.file), (done) => {
          this.bar.value = done / this.file.size;
          if (this.state !== "paused") this.show("checking", this.percent(done));
        });
      }
    } catch {
      this.show("unreadable");
      return;
    }
    if (this.state === "removed") return;
    const settled = new Promise((settle) => (this.#settle = settle));
    if (this.state !== "paused") this.#start();
    await settled;
  }

  #start() {
    const { appointment, doctor } = this.target;
    const place = new Place(`${this.digest}-${doctor || "own"}-${appointment}-${this.zone.dataset.user}`);
    this.place = place;
    const sending = new this.zone.sending.Sending({
      source: this.file,
      endpoint: this.zone.dataset.endpoint,
      metadata: {
        filename: this.file.name,
        ...(appointment ? { appointment } : doctor && { doctor }),
      },
      place,
      digest: () => this.digest,
    });
    this.sending = sending;
    this.show("sending", 0);
    sending.addEventListener("sent", ({ detail }) => this.#progress(detail));
    sending.addEventListener("progress", ({ detail }) => this.#progress(detail));
    sending.addEventListener("state", ({ detail }) => {
      if (detail !== "sending") this.show(detail);
    });
    sending.addEventListener("done", ({ detail }) => {
      place.set("");
      this.bar.value = 1;
      this.show("done");
      const link = this.element.querySelector("a");
      link.href = detail;
      link.hidden = false;
      this.zone.say(this.zone.text("sent").replace("{0}", this.file.name));
      this.zone.dispatchEvent(new CustomEvent("ms-recorded", { bubbles: true, detail: { place: detail } }));
      this.#settle();
    });
    sending.addEventListener("refused", ({ detail }) => {
      place.set("");
      this.show("refused");
      if (detail.message) this.element.querySelector("[data-state]").textContent = detail.message;
      this.zone.say(`${this.file.name}: ${detail.message || this.zone.text("refused")}`);
      this.#settle();
    });
    sending.start();
  }

  #progress(sent) {
    this.bar.value = sent / this.file.size;
    if (sent === this.file.size) this.show("keeping");
    else this.show("sending", this.percent(sent));
  }

  percent(done) {
    return Math.floor((100 * done) / this.file.size);
  }

  pause() {
    this.sending?.stop();
    this.show("paused");
  }

  resume() {
    if (this.#settle) this.#start();
    else this.show("checking", this.percent(this.bar.value * this.file.size));
  }

  /** The clinic forgets what it has of it. */
  async remove() {
    this.sending?.stop();
    this.show("removed", "");
    this.element.remove();
    this.#settle?.();
    const address = this.place?.get();
    this.place?.set("");
    if (address) await this.zone.sending.discard(address).catch(() => {});
  }

  get busy() {
    return !["done", "refused", "unreadable", "removed"].includes(this.state);
  }
}

class UploadZone extends HTMLElement {
  #items = [];
  #last = Promise.resolve();

  async connectedCallback() {
    const [zone, files] = [this.part("zone"), this.part("files")];
    files.addEventListener("change", () => {
      this.#add([...files.files]);
      files.value = "";
    });
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      zone.addEventListener(name, () => zone.classList.remove("over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
    });
    addEventListener("beforeunload", this.#warn);
    Place.tidy();
    this.part("unfinished").hidden = !Place.any(this.#target());
    this.sending = await import("./sending.js");
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn);
    for (const item of this.#items) item.sending?.stop();
  }

  /** What the places of this zone's uploads end in, whoever the doctor is. */
  #target() {
    return `-${this.dataset.appointment}-${this.dataset.user}`;
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  text(name) {
    return this.part("texts").content.querySelector(`[data-text="${name}"]`)?.textContent;
  }

  say(text) {
    this.part("status").textContent = text;
  }

  sizeOf(bytes) {
    const [unit, one] = bytes < 1 << 10 ? ["byte", 1] : bytes < 1 << 20 ? ["kilobyte", 1 << 10] : ["megabyte", 1 << 20];
    const value = bytes / one;
    return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
  }

  #add(files) {
    const doctor = this.part("doctor");
    const one = this.dataset.appointment && (files.length > 1 || this.#items.some((item) => item.busy || item.state === "done"));
    const trouble = doctor?.value === "" ? "doctor" : one ? "one" : "";
    this.part("trouble").hidden = !trouble;
    this.part("trouble").textContent = trouble && this.text(trouble);
    if (trouble) {
      if (trouble === "doctor") doctor.focus();
      return;
    }
    this.part("unfinished").hidden = true;
    for (const file of files) {
      const item = new Item(this, file, { appointment: this.dataset.appointment, doctor: doctor?.value });
      this.#items.push(item);
      this.part("list").append(item.element);
      if (file.size > Number(this.dataset.mostBytes)) {
        item.show("refused");
        item.element.querySelector("[data-state]").textContent = this.text("too-large");
      } else {
        this.queue(item);
      }
    }
  }

  /** One at a time: two would only share the line. */
  queue(item) {
    item.show("queued");
    this.#last = this.#last.then(() => item.state !== "removed" && item.run());
  }

  #warn = (event) => {
    if (this.#items.some((item) => item.busy)) event.preventDefault();
  };
}

customElements.define("ms-upload", UploadZone);
