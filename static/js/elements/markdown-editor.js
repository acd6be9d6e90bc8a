// <markdown-editor data-preview="/write/posts/7/preview" data-word-…="…"> toolbar, textarea, preview </markdown-editor>
// Where a post is written. Others speak to this element, never to the field within it.

import { changesBetween } from "../editor/changes.js"
import * as commands from "../editor/commands.js"
import { PlainSurface } from "../editor/plain-surface.js"
import { PreviewPane } from "../editor/preview-pane.js"

const MODE = "editor-mode"

class MarkdownEditor extends HTMLElement {
  #surface = null
  #preview = null

  connectedCallback() {
    this.#surface = new PlainSurface(this.field, this)
    this.#preview = new PreviewPane(this)
    this.addEventListener("keydown", this.#key)
    this.addEventListener("click", this.#press)
    this.addEventListener("change", this.#turn)
    this.#surface.scroller.addEventListener("scroll", this.#follow)
    this.form.addEventListener("formdata", this.#give)
    for (const [at, tool] of this.#tools.entries()) tool.tabIndex = at ? -1 : 0
    this.#recall()
    this.#preview.ask()
  }

  disconnectedCallback() {
    this.#preview.stop()
    this.#surface.destroy()
    this.form?.removeEventListener("formdata", this.#give)
  }

  // For others.

  /** The whole text, its lines ended by LF. */
  get value() {
    return this.#surface.text
  }

  /** Where the caret stands, as a line counted from 1. */
  get line() {
    return this.#surface.numberAt(this.#surface.selection.from)
  }

  /** Take over a text from elsewhere: caret, scroll and undo stay, and so does what is the same. */
  replace(text) {
    this.#surface.apply(changesBetween(this.value, text))
  }

  /** Put Markdown on lines of its own after the caret's line. */
  insertBlock(markdown) {
    commands.insertBlock(this.#surface, markdown)
  }

  /** Put text in the place of what is selected. */
  insertAtCaret(text) {
    commands.insert(this.#surface, text)
  }

  /** Select from one offset (UTF-16 units) to another and bring it into sight. */
  select(start, end = start) {
    this.#openSource()
    this.#surface.focus()
    this.#surface.select(start, end, { isShown: true })
  }

  /** Put the caret at the beginning of a line, counted from 1. */
  goToLine(number) {
    this.select(this.#surface.startOf(number))
  }

  /**
   * Follow what stands between two offsets while it is written around it. The marker has
   * `start`, `end`, `isGone`, `replaceWith(text)` and `forget()`.
   */
  track(start, end = start) {
    return this.#surface.markers.track(start, end)
  }

  // What the surface and the preview tell.

  changed() {
    this.#preview.plan()
  }

  typing(text) {
    return commands.surround(this.#surface, text)
  }

  newline() {
    return commands.newline(this.#surface)
  }

  shown(facts) {
    const here = this.form.querySelector("[data-facts-here]")
    if (facts && here) here.textContent = facts.textContent
    this.#follow()
  }

  get field() {
    return this.querySelector("textarea[name=body]")
  }

  get form() {
    return this.closest("form")
  }

  get #tools() {
    return [...this.querySelectorAll(".editor__tool")]
  }

  #give = (event) => {
    event.formData.set("body", this.value)
  }

  // The preview stands as far down as the text does.
  #follow = () => {
    const { scroller } = this.#surface
    const pane = this.#preview.box
    const room = scroller.scrollHeight - scroller.clientHeight
    if (room > 0) pane.scrollTop = (scroller.scrollTop / room) * (pane.scrollHeight - pane.clientHeight)
  }

  #recall() {
    let mode = null
    try {
      mode = localStorage.getItem(MODE)
    } catch {
      // Storage is closed to us.
    }
    const choice = mode && this.querySelector(`[name="mode"][value="${CSS.escape(mode)}"]`)
    if (choice) choice.checked = true
  }

  #turn = (event) => {
    if (event.target.name !== "mode") return
    try {
      localStorage.setItem(MODE, event.target.value)
    } catch {
      // The choice lasts as long as the page.
    }
    this.#preview.ask()
  }

  // Reading, the source is not to be seen.
  #openSource() {
    if (this.#surface.box.checkVisibility()) return
    const write = this.querySelector("[name=mode][value=write]")
    write.checked = true
    write.dispatchEvent(new Event("change", { bubbles: true }))
  }

  #press = (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool
    if (name) this.#use(name)
  }

  #key = (event) => {
    if (event.isComposing || event.defaultPrevented) return
    if (this.#tools.includes(event.target)) return this.#walk(event)
    if (!this.#surface.box.contains(event.target) || !(event.ctrlKey || event.metaKey)) return
    const name = this.#shortcut(event)
    if (!name) return
    event.preventDefault()
    this.#use(name)
  }

  // The toolbar is one stop of the Tab key; arrows walk in it (ARIA APG, toolbar).
  #walk(event) {
    const tools = this.#tools
    const at = tools.indexOf(event.target)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tools.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = tools.at(to % tools.length)
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1
    next.focus()
  }

  #shortcut(event) {
    if (event.altKey) return /^Digit[1-4]$/.test(event.code) ? `h${event.code.at(-1)}` : null
    if (event.shiftKey) {
      return { KeyE: "codeblock", Digit7: "numbers", Digit8: "list", Period: "quote" }[event.code]
    }
    return { b: "bold", i: "italic", k: "link", e: "code" }[event.key.toLowerCase()]
  }

  #use(name) {
    const surface = this.#surface
    const { wordName, wordValue } = this.dataset
    const tools = {
      bold: () => commands.wrap(surface, "**"),
      italic: () => commands.wrap(surface, "*"),
      code: () => commands.wrap(surface, "`"),
      link: () => commands.link(surface),
      heading: () => commands.heading(surface, 2),
      codeblock: () => commands.fence(surface),
      quote: () => commands.prefix(surface, () => "> "),
      list: () => commands.prefix(surface, () => "- "),
      numbers: () => commands.prefix(surface, (line) => `${line + 1}. `),
      table: () => this.insertBlock(`| ${wordName} | ${wordValue} |\n| --- | --- |\n| … | … |\n`),
    }
    if (/^h[1-4]$/.test(name)) commands.heading(surface, Number(name[1]))
    else tools[name]?.()
  }
}

customElements.define("markdown-editor", MarkdownEditor)
