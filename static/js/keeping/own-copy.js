// This editor's own copy in this browser: until the server has what it holds, and no longer.

const SOON = 60 // milliseconds until typing is in the store

export class OwnCopy {
  #local
  #client
  #editor
  #typed = 0
  #kept = 0
  #timer = 0

  /**
   * `editor.remainder()` is what is to be kept, null where the server has all; `editor.isAlone()` says that
   * the server cannot be reached; `editor.told(isKept)` hears how it went.
   */
  constructor(local, client, editor) {
    this.#local = local
    this.#client = client
    this.#editor = editor
  }

  changed() {
    this.#typed++
    this.#timer ||= setTimeout(() => this.keep(), SOON)
  }

  /** Make the copy what is typed now, or none where the server has all; whether that went well. */
  async keep() {
    this.stop()
    const count = this.#typed
    const remainder = this.#editor.remainder()
    // The only copy there is has to survive the power going off.
    const options = { strictly: this.#editor.isAlone() }
    const isKept = await (remainder ? this.#local.keep(remainder, options) : this.#local.drop(this.#client))
    if (isKept) this.#kept = Math.max(this.#kept, count)
    this.#editor.told(isKept)
    return isKept
  }

  /** The same before this returns, for a page that may end now; whether nothing would be lost with it. */
  keepAtOnce() {
    const remainder = this.#editor.remainder()
    if (!remainder || this.#local.keepPlainly(remainder)) return true
    this.keep()
    return this.#kept === this.#typed
  }

  stop() {
    clearTimeout(this.#timer)
    this.#timer = 0
  }
}
