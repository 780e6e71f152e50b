// <ms-notes>: notes that save themselves while one types.
//
// Each save names the version that the text was made from. The server refuses it
// when somebody else has saved since; then both texts are shown, and the person
// chooses. No text is kept in the browser: on a shared computer nothing of a
// patient's stays behind.

const PAUSE = 1200; // After the last key.
const LONGEST = 8000; // While one types without a pause.
const AGAIN = 5000; // After a save that failed.
const FIELDS = ["summary", "notes"];

class Notes extends HTMLElement {
  #timer = 0;
  #since = 0; // When the first key was pressed that is not saved.
  #saving = null;
  #blocked = false; // Waits for a person's choice.
  #saved = {}; // The texts as the server has them.

  connectedCallback() {
    this.form = this.querySelector("form");
    this.dialog = this.querySelector("dialog");
    const { window: mark } = this.form.elements;
    if (!mark.value) mark.value = crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 32);
    this.#saved = this.#texts();
    this.form.addEventListener("input", () => this.#typed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.dialog.addEventListener("click", ({ target }) => this.#choose(target.dataset.do));
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    addEventListener("online", this.#tryAgain);
    addEventListener("focus", this.#tryAgain);
    addEventListener("beforeunload", this.#warn);
    document.addEventListener("visibilitychange", this.#hidden);
    document.addEventListener("htmx:confirm", this.#leaving);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#tryAgain);
    removeEventListener("focus", this.#tryAgain);
    removeEventListener("beforeunload", this.#warn);
    document.removeEventListener("visibilitychange", this.#hidden);
    document.removeEventListener("htmx:confirm", this.#leaving);
  }

  get unsaved() {
    const now = this.#texts();
    return FIELDS.some((name) => now[name] !== this.#saved[name]);
  }

  /** Saves what is unsaved. Whether everything is saved then. */
  async save() {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.#blocked) this.#ask();
    else if (this.unsaved) await (this.#saving = this.#send().finally(() => (this.#saving = null)));
    return !this.unsaved;
  }

  async #send() {
    const sent = this.#texts();
    this.#say("saving");
    let answer, body;
    try {
      answer = await fetch(this.form.action, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) return this.#failed("signedOut");
      body = await answer.json();
    } catch {
      return this.#failed("offline");
    }
    if (answer.status === 409) return this.#conflict(sent, body);
    if (answer.status === 422) return this.#say("refused", { error: body.error }, "bad");
    if (!answer.ok) return this.#failed("offline");
    this.#since = 0;
    this.#saved = sent;
    this.#base = body.version;
    this.#say("saved", { time: body.saved }, "good");
    if (this.unsaved) this.#typed();
  }

  #typed() {
    if (this.#blocked) return;
    this.#say("waiting");
    const now = performance.now();
    this.#since ||= now;
    this.#wait(Math.max(0, Math.min(PAUSE, this.#since + LONGEST - now)));
  }

  #wait(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), milliseconds);
  }

  #failed(why) {
    this.#say(why, {}, "bad");
    this.#wait(AGAIN);
  }

  // --- Two texts

  #theirs = null;

  #conflict(mine, theirs) {
    // As a text area gives them back.
    for (const name of FIELDS) theirs[name] = theirs[name].replace(/\r\n?/g, "\n");
    if (FIELDS.every((name) => theirs[name] === this.#saved[name])) {
      // Something else of the record was changed; the texts are what they were.
      this.#base = theirs.version;
      this.#wait(0);
      return;
    }
    this.#base = theirs.version;
    if (FIELDS.every((name) => theirs[name] === mine[name])) {
      this.#saved = mine;
      this.#say("saved", { time: theirs.saved }, "good");
      return;
    }
    this.#theirs = theirs;
    this.#blocked = true;
    this.#ask();
  }

  #ask() {
    const mine = this.#texts();
    const part = (name) => this.dialog.querySelector(`[data-part="${name}"]`);
    const { author, saved } = this.#theirs;
    part("author").textContent = fill(part("author").dataset.text, { author, time: saved });
    for (const name of FIELDS) {
      part(`their-${name}`).textContent = this.#theirs[name];
      part(`my-${name}`).textContent = mine[name];
    }
    this.#say("conflict", {}, "bad");
    if (!this.dialog.open) this.dialog.showModal();
  }

  #choose(choice) {
    if (!["theirs", "mine", "both"].includes(choice)) return;
    const theirs = this.#theirs;
    const { elements } = this.form;
    this.#saved = { summary: theirs.summary, notes: theirs.notes };
    for (const name of FIELDS) {
      if (choice === "theirs") elements[name].value = theirs[name];
      if (choice === "both") elements[name].value = this.#together(elements[name].value, theirs[name]);
    }
    this.#theirs = null;
    this.#blocked = false;
    this.dialog.close();
    elements.notes.focus();
    if (this.unsaved) this.#typed();
    else this.#say("saved", { time: theirs.saved }, "good");
  }

  #together(mine, theirs) {
    if (mine === theirs || !theirs.trim()) return mine;
    return mine.trim() ? `${mine}\n\n${this.dataset.theirs}\n${theirs}` : theirs;
  }

  // --- What else happens

  #tryAgain = () => {
    if (this.unsaved && !this.#blocked) this.save();
  };

  #hidden = () => {
    if (document.visibilityState === "hidden") this.#tryAgain();
  };

  #warn = (event) => {
    if (this.unsaved) event.preventDefault();
  };

  /** A link or form would exchange the page: first things first. */
  #leaving = async (event) => {
    if (!this.unsaved || this.contains(event.target)) return;
    event.preventDefault();
    const saved = await this.save();
    if (this.#blocked) return;
    if (saved || confirm(this.dataset.leave)) event.detail.issueRequest(true);
  };

  #texts() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value]));
  }

  set #base(version) {
    this.form.elements.base.value = version;
  }

  #say(what, values = {}, mood = "") {
    const place = this.querySelector(".save-state");
    place.textContent = fill(this.dataset[what], values);
    place.dataset.mood = mood;
  }
}

/** "Saved at {time}" with its values. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

customElements.define("ms-notes", Notes);
