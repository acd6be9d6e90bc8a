// This browser's own store of what was typed and not yet acknowledged: IndexedDB, else localStorage.
//
// A copy is `{client, author, post, …}`: one for each open editor, so that two tabs never share one.
// It stays until it is dropped, whatever its age, and is shown to its author alone.

const STORE = "copies"

export class LocalJournal {
  #database
  #prefix
  #turns = new Map()
  #plainly = new Map()

  /** `home` tells apart the blogs that share an origin. */
  constructor(home) {
    this.#prefix = `kept ${home} `
    this.#database = open(`kept ${home}`)
    // What waits for an answer that never comes is not what keeps a text.
    this.#database.catch(() => {})
  }

  /** Keep a copy; whether it is kept now. While one is written, only the newest of what follows is. */
  keep(copy, { strictly = false } = {}) {
    return this.#inTurn(copy.client, async () => {
      try {
        await this.#put(copy, strictly)
        this.#forgetPlainly(copy.client, copy.at)
        return true
      } catch {
        return this.keepPlainly(copy)
      }
    })
  }

  /** Keep a copy before this returns, for a page that is about to end; whether it is kept. */
  keepPlainly(copy) {
    try {
      localStorage.setItem(this.#prefix + copy.client, JSON.stringify(copy))
      this.#plainly.set(copy.client, copy.at)
      return true
    } catch {
      // Refused, or full.
      return false
    }
  }

  /** Give up a copy, after whatever of it is being written. */
  drop(client) {
    return this.#inTurn(client, async () => {
      this.#forgetPlainly(client)
      try {
        const store = await this.#store("readwrite")
        await done(store.delete(client))
      } catch {
        // Then it is nowhere else.
      }
      return true
    })
  }

  /** The copies of an author, newest first. */
  async list(author) {
    const copies = new Map()
    for (const copy of [...(await this.#readAll()), ...this.#readPlainly()]) {
      if (copy.author !== author || copies.get(copy.client)?.at > copy.at) continue
      copies.set(copy.client, copy)
    }
    return [...copies.values()].sort((one, other) => other.at - one.at)
  }

  /** One act at a time for a client; what came while one ran begins after it, and only the newest of that. */
  #inTurn(client, act) {
    const turn = this.#turns.get(client)
    if (!turn) return this.#begin(client, act)
    turn.act = act
    turn.next ??= turn.now.then(() => this.#begin(client, turn.act))
    return turn.next
  }

  #begin(client, act) {
    const turn = { act: null, next: null, now: act() }
    this.#turns.set(client, turn)
    turn.now.then(() => turn.next ?? this.#turns.delete(client))
    return turn.now
  }

  async #put(copy, strictly) {
    const store = await this.#store("readwrite", strictly)
    store.put(copy)
    await ended(store.transaction)
  }

  // Strictly: on the disk, not only with the system, which costs milliseconds of its time each.
  async #store(mode, strictly = false) {
    const database = await this.#database
    const durability = strictly ? "strict" : "relaxed"
    return database.transaction(STORE, mode, { durability }).objectStore(STORE)
  }

  async #readAll() {
    try {
      return await done((await this.#store("readonly")).getAll())
    } catch {
      return []
    }
  }

  #readPlainly() {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(this.#prefix))
        .map((key) => JSON.parse(localStorage.getItem(key)))
        .filter(Boolean)
    } catch {
      return []
    }
  }

  // What was kept in haste may be newer than what has just been written.
  #forgetPlainly(client, until = Infinity) {
    if (this.#plainly.get(client) > until) return
    try {
      localStorage.removeItem(this.#prefix + client)
    } catch {
      // Storage is closed to us, so nothing is kept there.
    }
  }
}

function open(name) {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(name, 1)
    asking.onupgradeneeded = () => asking.result.createObjectStore(STORE, { keyPath: "client" })
    asking.onsuccess = () => resolve(asking.result)
    asking.onerror = () => reject(asking.error)
  })
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onerror = transaction.onabort = () => reject(transaction.error)
  })
