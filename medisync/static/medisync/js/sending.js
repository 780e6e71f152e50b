// Sends to the clinic in pieces (tus 1.0), and goes on after whatever came between:
// a lost line, a restarted server, a new sign-in, a reload.

import "../../vendor/tus-js-client-4.3.1/tus.min.js";
import { sha256 } from "../../vendor/noble-hashes-2.4.0/sha2.js";

const { Upload } = window.tus;

const PIECE = 1 << 20;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
// What a second attempt would hear again.
const FINAL = new Set([400, 405, 412, 413, 415, 422]);
// What somebody else has to change first; it goes on then.
const WAITING_FOR = new Map([
  [401, "signed-out"],
  [403, "signed-out"],
  [429, "too-many"],
  [507, "no-room"],
]);
const GONE = new Set([404, 410]);
const ALTERED = 460;

/** The SHA-256 of pieces, as Repr-Digest (RFC 9530) has it. */
export async function digestOf(pieces, onProgress = () => {}) {
  const digest = sha256.create();
  let done = 0;
  for await (const piece of pieces) {
    digest.update(new Uint8Array(piece));
    done += piece.byteLength;
    onProgress(done);
  }
  return `sha-256=:${btoa(String.fromCharCode(...digest.digest()))}:`;
}

function csrfToken() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** Discards what the clinic has of an upload. */
export async function discard(address) {
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() };
  await fetch(address, { method: "DELETE", headers });
}

/**
 * One upload, from its first byte or from where it stopped. Events: `progress` with
 * the bytes that are safe at the clinic; `state` with `sending`, `waiting` (for the
 * network or the server), `signed-out`, `too-many` or `no-room`; `done` with the address of the recording;
 * `refused` with code and message, after which only a change helps.
 */
export class Sending extends EventTarget {
  #upload = null;
  #timer = null;
  #wait = FIRST_WAIT;
  #altered = 0;
  #stopped = false;

  /**
   * `source` is a File, or has `slice(start, end)` as tus-js-client's sources do.
   * `place` remembers the upload's address: `get()` and `set(address or "")`.
   * `digest()` is known when the last piece is.
   */
  constructor({ source, endpoint, metadata, place, digest }) {
    super();
    Object.assign(this, { source, endpoint, metadata, place, digest });
  }

  start() {
    addEventListener("online", this.#again);
    document.addEventListener("visibilitychange", this.#again);
    this.#send();
  }

  /** Sends no more, until `start`. */
  stop() {
    this.#stopped = true;
    this.#rest();
    this.#upload?.abort();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = null;
    removeEventListener("online", this.#again);
    document.removeEventListener("visibilitychange", this.#again);
  }

  #send() {
    this.#stopped = false;
    const address = this.place.get();
    const known = this.source instanceof Blob;
    const upload = new Upload(this.source, {
      ...(address ? { uploadUrl: address } : { endpoint: this.endpoint }),
      ...(known ? {} : { fileReader: { openFile: async () => this.source } }),
      uploadLengthDeferred: !known,
      metadata: this.metadata,
      chunkSize: PIECE,
      // What happens after a fault is decided here, and how long it waits.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => {
        request.setHeader("X-CSRFToken", csrfToken());
        const digest = this.digest();
        if (digest) request.setHeader("Repr-Digest", digest);
      },
      onUploadUrlAvailable: () => {
        this.place.set(upload.url);
        this.#tell("state", "sending");
      },
      onProgress: (sent) => known && this.#tell("sent", sent),
      onChunkComplete: (_, safe) => {
        this.#wait = FIRST_WAIT;
        this.#tell("state", "sending");
        this.#tell("progress", safe);
      },
      onSuccess: ({ lastResponse }) => {
        this.#rest();
        this.#tell("done", lastResponse.getHeader("Content-Location"));
      },
      onError: (error) => this.#failed(error),
    });
    this.#upload = upload;
    upload.start();
  }

  #failed(error) {
    if (this.#stopped) return;
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    if (GONE.has(status) || status === ALTERED) {
      this.place.set("");
      this.#altered += status === ALTERED;
    }
    if (FINAL.has(status) || this.#altered > 2) {
      this.#rest();
      this.#tell("refused", told(response));
      return;
    }
    this.#tell("state", WAITING_FOR.get(status) ?? "waiting");
    this.#timer = setTimeout(this.#again, GONE.has(status) ? 0 : this.#wait);
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }

  /** At once, if it is waiting after a fault; what is being sent goes on by itself. */
  #again = () => {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#send();
  };

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function told(response) {
  try {
    return JSON.parse(response.getBody());
  } catch {
    return { code: "refused", message: "" };
  }
}
