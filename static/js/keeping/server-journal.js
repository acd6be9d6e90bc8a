// What is typed, sent to the server's journal in order and one request at a time, until it has it.

import { makeId } from "./open-editors.js"
import { carry, splice } from "./splicing.js"

const IDLE = 800 // milliseconds after the last change
const LATEST = 5_000 // milliseconds after the first one
const WAITS = [1, 2, 5, 10, 30] // seconds before trying again
const PATIENCE = 30_000 // milliseconds for an answer
// Requests that outlive their page hold 64 KiB together (Fetch, 4.6).
const MOST_AFTER_CLOSING = 60_000

/**
 * `editor` is what this journal speaks to: `read()` gives `{fields, body}` as typed; `show({fields, body})`
 * puts words of others into the page; `more()` gives what else belongs into a request; `renew()` asks for a
 * new token and gives "renewed", or why not: "signed-out", "unreachable"; `told(event, detail)` hears of
 * "changed" (where things stand), "created", "acknowledged", "merged" and "conflict".
 */
export class ServerJournal {
  #editor
  #sequence = 0
  #pending = null
  #running = null
  #timer = 0
  #first = 0
  #last = 0
  #tries = 0
  #isMended = false

  // What the server has as of `head`; a body of null is not known to the letter.
  #acknowledged
  // What it has of us, be it on a branch; null is not known.
  #stored
  #longest = Infinity

  address
  client
  token
  head
  branch = null
  changes = 0
  // Why it does not go on: {kind: "unreachable" | "failing" | "signed-out" | "forbidden" | "gone" | "too-long", since, again}
  trouble = null

  /** `known` is what the server has as of `head`; `isNew` says that it has no such post yet. */
  constructor(editor, { address, client, token, head, known, isNew }) {
    Object.assign(this, { address, client, token, head, isNew })
    this.#editor = editor
    this.know(known)
  }

  get isSending() {
    return this.#running !== null && this.#pending !== null
  }

  get isUnsent() {
    return this.#pending !== null || !same(this.#editor.read(), this.#stored)
  }

  /** What has to be kept until the server has it: what differs from what it acknowledged. */
  get remainder() {
    const now = this.#editor.read()
    const isBody = now.body !== this.#acknowledged.body
    return {
      head: this.head,
      fields: changedFields(this.#acknowledged.fields, now.fields),
      body: isBody ? now.body : null,
      pending: this.#pending?.words ?? null,
    }
  }

  /** The server has `{fields, body}` as its working copy at `head`. */
  know(known, head = this.head) {
    this.head = head
    this.#acknowledged = known
    this.#stored = known
    this.changes = this.isUnsent ? 1 : 0
  }

  /** Something was typed: send it when typing pauses, and not too long after it began. */
  changed() {
    if (!this.isUnsent) return clearTimeout(this.#timer)
    const now = Date.now()
    if (now - this.#last > IDLE || !this.changes) this.changes++
    this.#last = now
    this.#plan()
  }

  /** Send what is not sent yet, now; whether the server then has all that was typed. */
  async flush() {
    if (this.trouble?.kind === "signed-out") return !this.isUnsent
    do {
      if (!(await this.#step())) return false
    } while (this.isUnsent)
    return true
  }

  /** Ask for what others wrote meanwhile. That it failed is no news: nothing of ours is at stake. */
  async pull() {
    if (this.#running || this.trouble || this.branch || this.isNew || this.isUnsent) return
    await this.#run(this.#ask().catch(() => true))
  }

  /** The page may end now: send what there is without waiting. What is on its way arrives by itself. */
  flushAtOnce() {
    if (!this.#running && !this.trouble && this.isUnsent) this.#step()
  }

  /**
   * Show what the server says at `head` after it was sent `sent`, and go on from there; what was typed since
   * stays. `{before, after}`, or null where both are in one place: the next burst leaves that to the server.
   */
  bringIn(theirs, sent, head) {
    const before = this.#editor.read()
    const body = carry(sent.body, theirs.body, before.body)
    if (body === null) return null
    const fields = { ...before.fields }
    for (const [name, value] of Object.entries(theirs.fields)) {
      if (before.fields[name] === sent.fields[name]) fields[name] = value
    }
    this.know(theirs, head)
    const after = { fields, body }
    this.#editor.show(after)
    return { before, after }
  }

  /** The session turned out to be over. */
  signOut() {
    this.#halt("signed-out")
  }

  /** Somebody is signed in again, with this token. */
  resume(token) {
    this.token = token
    this.#leave()
    return this.flush()
  }

  /** Go on from a copy that a closed editor left behind: what it had sent is asked for again. */
  goOn({ head, pending }) {
    // Not as who typed here before: the server merges the two, as those of two editors.
    this.client = makeId()
    this.head = head
    this.#pending = pending && { words: pending, snapshot: null }
    this.#acknowledged = { ...this.#acknowledged, body: null }
    this.#stored = this.#acknowledged
    this.#plan()
  }

  /** From here on this is a post of its own. */
  startAnew(address) {
    this.address = address
    // What this editor has written so far belongs to the other post.
    this.client = makeId()
    this.isNew = true
    this.branch = null
    this.#settle()
    this.know({ fields: {}, body: "" }, 0)
    return this.flush()
  }

  stop() {
    clearTimeout(this.#timer)
  }

  #plan() {
    const isHeld = this.trouble && (this.trouble.kind !== "too-long" || this.#editor.read().body.length >= this.#longest)
    if (this.#running || isHeld || !this.isUnsent) return
    const now = Date.now()
    this.#first ||= now
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#step(), Math.min(IDLE, Math.max(this.#first + LATEST - now, 0)))
  }

  #step() {
    clearTimeout(this.#timer)
    return this.#running ?? this.#run(this.#send())
  }

  #run(act) {
    this.#running = act.finally(() => {
      this.#running = null
      this.#first = 0
      this.#tell("changed")
      this.#plan()
    })
    return this.#running
  }

  async #ask() {
    const snapshot = this.#editor.read()
    const answer = await this.#post(this.#words())
    const said = answer.status === 200 ? await answer.json() : {}
    if (!said.merged) return true
    this.#pending = { snapshot }
    return this.#take(said)
  }

  async #send() {
    this.#pending ??= this.#compose()
    if (!this.#pending) return true
    this.#tell("changed")
    let answer, said
    try {
      answer = await this.#post(this.#pending.words)
      said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {}
    } catch {
      return this.#tryAgain("unreachable")
    }
    return this.#hear(answer.status, said)
  }

  async #hear(status, said) {
    if (status === 200 && "head" in said) return this.#take(said)
    if (status === 409 && "branch" in said) return this.#branchOff(said)
    if (status === 400 && said.csrf) return this.#mend(() => this.#editor.renew())
    if (status === 400 && said.whole) return this.#mend(() => this.#beUnsure())
    if (status === 401) return this.#halt("signed-out")
    if (status === 413) {
      this.#longest = this.#pending.snapshot?.body.length ?? 0
      this.#pending = null
      return this.#halt("too-long")
    }
    if (status === 403) return this.#halt("forbidden")
    if (status === 404 || status === 410) return this.#halt("gone")
    return this.#tryAgain("failing")
  }

  /** One request with all that changed since; null where nothing did. */
  #compose() {
    const now = this.#editor.read()
    if (same(now, this.#stored)) return null
    const known = this.isNew ? {} : this.#acknowledged.fields
    const words = { ...this.#words(), fields: changedFields(known, now.fields) }
    const isSure = this.#acknowledged.body !== null && !this.isNew
    const body = isSure ? splice(this.#acknowledged.body, now.body) : { text: now.body }
    // On a branch, to be again what it began with is a change as well.
    if (body || (this.branch && !Object.keys(words.fields).length)) words.body = body ?? { text: now.body }
    return { words, snapshot: now }
  }

  #words() {
    return { client: this.client, sequence: ++this.#sequence, base: this.head, fields: {}, ...this.#editor.more() }
  }

  #post(words) {
    const body = JSON.stringify(words)
    return fetch(this.address, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      redirect: "error",
      // So that closing the page does not take back what is on its way.
      keepalive: new Blob([body]).size < MOST_AFTER_CLOSING,
      signal: AbortSignal.timeout(PATIENCE),
    })
  }

  #take(said) {
    const { snapshot } = this.#pending
    this.#settle()
    this.branch = null
    // A text that says nothing yet makes no post.
    if (this.isNew && said.post) {
      this.isNew = false
      this.#tell("created", said)
    }
    if (!said.merged) this.know(snapshot ?? { ...this.#acknowledged, body: null }, said.head)
    else if (!this.#merge(said, snapshot)) this.#stored = null
    this.#tell("acknowledged", said)
    return true
  }

  #merge({ head, merged }, snapshot) {
    if (!snapshot) return false
    const theirs = { fields: { ...snapshot.fields, ...merged.fields }, body: merged.text ?? snapshot.body }
    const shown = this.bringIn(theirs, snapshot, head)
    if (shown) this.#tell("merged", { ...merged, ...shown })
    return shown !== null
  }

  #branchOff(said) {
    if (this.#pending.snapshot) this.#stored = this.#pending.snapshot
    this.#settle()
    this.changes = 0
    const isNew = this.branch?.id !== said.branch
    this.branch = { id: said.branch, ...said.conflict }
    if (isNew) this.#tell("conflict", this.branch)
    this.#tell("acknowledged", said)
    return true
  }

  #settle() {
    this.#pending = null
    this.#leave()
  }

  #leave() {
    clearTimeout(this.#timer)
    this.trouble = null
    this.#isMended = false
    this.#tries = 0
    this.#longest = Infinity
  }

  /** Send again, changed for what was wrong; what is wrong twice in a row is a fault of the server's. */
  async #mend(change) {
    if (this.#isMended) return this.#tryAgain("failing")
    const outcome = await change()
    if (outcome === "signed-out") return this.#halt(outcome)
    if (outcome === "unreachable") return this.#tryAgain(outcome)
    this.#isMended = true
    return this.#send()
  }

  // The server cannot tell where our change belongs: it gets the whole text, under a new number.
  #beUnsure() {
    this.#pending = null
    this.#stored = null
    this.#acknowledged = { ...this.#acknowledged, body: null }
  }

  #halt(kind) {
    this.#trip(kind)
    return false
  }

  #tryAgain(kind) {
    const wait = WAITS[Math.min(this.#tries, WAITS.length - 1)] * 1000
    this.#tries++
    this.#trip(kind, Date.now() + wait)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#step(), wait)
    return false
  }

  #trip(kind, again = null) {
    this.trouble = { kind, again, since: this.trouble?.since ?? Date.now() }
    this.#tell("changed")
  }

  #tell(event, detail) {
    this.#editor.told(event, detail)
  }
}

const same = (one, other) =>
  other && one.body === other.body && !Object.keys(changedFields(other.fields, one.fields)).length

const changedFields = (before, now) =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (before[name] ?? "")))
