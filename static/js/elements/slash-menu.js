// <slash-menu popover="manual"><template><span data-command="code" data-hint="```">Code block</span>…</template>
//   <div role="listbox"></div><p></p><p role="status"></p></slash-menu>
// What can be put in at the caret: after "/" a kind of block, after "[[" a post.

import { Choosing } from "../editor/choosing.js"
import { wordsOf, plainly } from "../editor/words.js"

const TRIGGER = /(?:^|\s)\/([\p{L}\d]{0,24})$/u
const LINK = /\[\[([^[\]\n]{0,80})$/

class SlashMenu extends HTMLElement {
  #choosing = null
  #asking = null
  #start = -1
  #left = -1

  connectedCallback() {
    this.#choosing = new Choosing(this.querySelector("[role=listbox]"), {
      chosen: (option) => this.#choose(option),
      status: this.querySelector("[role=status]"),
      words: (count) => (count ? this.dataset.wordFound.replace("{number}", count) : this.dataset.wordNone),
    })
  }

  get isOpen() {
    return this.#start >= 0
  }

  /** Look at what stands before the caret of `editor` after a change; `typed` is what one key put in. */
  look(editor, typed) {
    const { surface } = editor
    this.editor = editor
    const { from, to } = surface.selection
    const line = surface.lineAt(from)
    const before = surface.slice(Math.max(line.from, from - 100), from)
    const found = from === to && (LINK.exec(before) ?? TRIGGER.exec(before))
    if (!found) {
      this.#left = -1
      return this.close()
    }
    const isLink = found[0].startsWith("[[")
    const start = from - found[1].length - (isLink ? 2 : 1)
    // Esc keeps the slash, and the menu stays away as long as the same word is typed.
    if (start === this.#left) return
    if (!this.isOpen && !(typed && found[0].endsWith(typed))) return
    if (!this.isOpen && editor.isInCode()) return
    this.#start = start
    if (isLink) this.#suggestPosts(found[1])
    else this.#offer(this.#commandsFor(found[1]))
  }

  /** Do what a key says while the menu is open; true if it said something. */
  key(event) {
    if (!this.isOpen) return false
    if (event.key !== "Escape") return this.#choosing.key(event)
    this.#left = this.#start
    this.close()
    return true
  }

  choose() {
    return this.isOpen && this.#choosing.choose()
  }

  close() {
    this.#asking?.abort()
    if (!this.isOpen) return
    this.#start = -1
    this.#choosing.clear()
    this.hidePopover()
  }

  #commandsFor(words) {
    const wanted = plainly(words)
    const rows = [...this.querySelector("template").content.children].map((row) => ({
      command: row.dataset.command,
      label: wordsOf(row),
      hint: row.dataset.hint,
      names: [wordsOf(row), row.dataset.command, ...(row.dataset.names ?? "").split(" ")].map(plainly),
    }))
    const begins = ({ names }) => names.some((name) => name.startsWith(wanted))
    const holds = ({ names }) => names.some((name) => name.includes(wanted))
    return [...rows.filter(begins), ...rows.filter((row) => !begins(row) && holds(row))]
  }

  async #suggestPosts(words) {
    this.#asking?.abort()
    const asking = (this.#asking = new AbortController())
    const address = `${this.dataset.posts}?q=${encodeURIComponent(words)}`
    try {
      const answer = await fetch(address, { signal: asking.signal, redirect: "error" })
      const posts = answer.ok ? await answer.json() : []
      if (!asking.signal.aborted) this.#offer(posts)
    } catch {
      // Asked anew, or no connection: then there is nothing to offer.
      if (!asking.signal.aborted) this.close()
    }
  }

  #offer(options) {
    if (!this.isOpen) return
    const { surface } = this.editor
    this.#choosing.field = surface.input
    if (!this.matches(":popover-open")) this.showPopover()
    this.#choosing.show(options)
    this.querySelector("[data-none]").hidden = options.length > 0
    this.#place(surface.boxOf(this.#start))
  }

  // Below the caret, or above it where there is no room.
  #place(caret) {
    const { width, height } = this.getBoundingClientRect()
    const view = window.visualViewport
    const bottom = view ? view.offsetTop + view.height : innerHeight
    const isAbove = caret.bottom + height + 8 > bottom && caret.top - height > 0
    this.style.left = `${Math.max(8, Math.min(caret.left, innerWidth - width - 8))}px`
    this.style.top = `${isAbove ? caret.top - height - 6 : caret.bottom + 6}px`
  }

  #choose(option) {
    const { editor } = this
    const { surface } = editor
    const { to } = surface.selection
    const end = surface.slice(to, to + 2) === "]]" && !option.command ? to + 2 : to
    const start = this.#start
    this.close()
    surface.focus()
    surface.apply([{ from: start, to: end, insert: "" }], { select: [start, start] })
    if (option.command) editor.put(option.command)
    else editor.insertAtCaret(`[${option.label.replace(/[[\]\\]/g, "\\$&")}](${option.path})`)
  }
}

customElements.define("slash-menu", SlashMenu)
