// What a recorder heard, kept in the browser's own storage (IndexedDB) until the
// clinic has all of it. A piece is on the disk before the next one is awaited.

const NAME = "medisync-recorder";
const BYTES = 2; // Of a sample.
const HEADER = 44;

let opened = null;

function database() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("tapes", { keyPath: "id" });
      // By tape and place: [id, bytes before this piece].
      request.result.createObjectStore("pieces");
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opened;
}

function answer(request) {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

/** Runs `work` in a transaction and returns when it is on the disk. */
async function write(stores, work) {
  const transaction = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  work(transaction);
  await new Promise((done, fail) => {
    transaction.oncomplete = done;
    transaction.onabort = () => fail(transaction.error);
  });
}

async function store(name) {
  return (await database()).transaction(name).objectStore(name);
}

const everyPiece = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);
const lockName = (id) => `${NAME}-${id}`;

/** What makes a plain WAV file of `size` bytes of samples; the server writes the same. */
function wavHeader(size, rate) {
  const view = new DataView(new ArrayBuffer(HEADER));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + size, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * BYTES, true);
  view.setUint16(32, BYTES, true);
  view.setUint16(34, 8 * BYTES, true);
  text(36, "data");
  view.setUint32(40, size, true);
  return view.buffer;
}

export class Tape {
  #release = null;
  #writing = Promise.resolve();

  constructor(facts, length) {
    this.facts = facts;
    /** Bytes that are on this device's disk. */
    this.length = length;
  }

  static async create(facts) {
    const made = { ...facts, id: crypto.randomUUID() };
    await write("tapes", (transaction) => transaction.objectStore("tapes").add(made));
    return new Tape(made, 0);
  }

  /** The tapes of `user` that no window has in hand, oldest first. */
  static async unfinished(user) {
    const held = new Set((await navigator.locks.query()).held.map(({ name }) => name));
    const found = [];
    for (const facts of await answer((await store("tapes")).getAll())) {
      if (facts.user === user && !held.has(lockName(facts.id))) {
        found.push(new Tape(facts, await lengthOf(facts.id)));
      }
    }
    return found.sort((a, b) => a.facts.recordedAt.localeCompare(b.facts.recordedAt));
  }

  get seconds() {
    return this.length / BYTES / this.facts.rate;
  }

  /** Takes the tape in hand for this window; false when another one has it. */
  hold() {
    return new Promise((done) => {
      navigator.locks.request(lockName(this.facts.id), { ifAvailable: true }, (lock) => {
        done(lock !== null);
        return lock && new Promise((release) => (this.#release = release));
      });
    });
  }

  letGo() {
    this.#release?.();
  }

  /** Stores a piece behind all others. Rejects when this device does not take it. */
  append(buffer) {
    const writing = this.#writing.then(async () => {
      const at = this.length;
      await write("pieces", (transaction) => {
        transaction.objectStore("pieces").add(buffer, [this.facts.id, at]);
      });
      this.length = at + buffer.byteLength;
    });
    this.#writing = writing.catch(() => {});
    return writing;
  }

  /** When everything that was appended is stored. */
  settled() {
    return this.#writing;
  }

  async note(changes) {
    Object.assign(this.facts, changes);
    await write("tapes", (transaction) => transaction.objectStore("tapes").put(this.facts));
  }

  /** At most `most` bytes from byte `start` on. */
  async read(start, most) {
    const found = [];
    let size = 0;
    const pieces = await store("pieces");
    const before = IDBKeyRange.bound([this.facts.id, 0], [this.facts.id, start]);
    const first = await answer(pieces.openKeyCursor(before, "prev"));
    if (!first) return new Blob([]);
    const from = first.key[1];
    const range = IDBKeyRange.bound(first.key, [this.facts.id, start + most], false, true);
    for (const piece of await answer(pieces.getAll(range))) {
      found.push(piece);
      size += piece.byteLength;
    }
    return new Blob(found).slice(start - from, Math.min(size, start - from + most));
  }

  /** The bytes of the WAV file that this becomes, piece by piece. */
  async *wav() {
    yield wavHeader(this.length, this.facts.rate);
    const most = 1 << 20;
    for (let at = 0; at < this.length; at += most) {
      yield (await this.read(at, most)).arrayBuffer();
    }
  }

  async remove() {
    await write(["tapes", "pieces"], (transaction) => {
      transaction.objectStore("tapes").delete(this.facts.id);
      transaction.objectStore("pieces").delete(everyPiece(this.facts.id));
    });
    this.letGo();
  }
}

async function lengthOf(id) {
  const last = await answer((await store("pieces")).openCursor(everyPiece(id), "prev"));
  return last ? last.key[1] + last.value.byteLength : 0;
}
