// <markdown-editor data-preview="/write/posts/7/preview" data-word-…="…"> toolbar, textarea, preview </markdown-editor>
// Where a post is written. Others speak to this element, never to the field within it.

import { changesBetween } from "../editor/changes.js"
import * as commands from "../editor/commands.js"
import { Figures } from "../editor/figures.js"
import { Following } from "../editor/following.js"
import { Pasting } from "../editor/pasting.js"
import { PlainSurface } from "../editor/plain-surface.js"
import { PreviewPane } from "../editor/preview-pane.js"
import { shortcutOf } from "../editor/shortcuts.js"
import { Tools } from "../editor/tools.js"
import { linesWithCode } from "../editor/words.js"
import { keepChoice, readChoice } from "../editor/choices.js"

class MarkdownEditor extends HTMLElement {
  #figures = null
  #following = null
  #pasting = null
  #preview = null
  #tools = null
  #tabWrites = false

  connectedCallback() {
    // The element may be put elsewhere in the page, and goes on as it was.
    this.surface ??= new PlainSurface(this.field, this)
    this.#preview = new PreviewPane(this)
    this.#following = new Following(this, this.#preview.box)
    this.#following.hear(this.surface.scroller)
    this.#pasting = new Pasting(this)
    this.#figures = new Figures(this)
    this.#tools = new Tools(this)
    this.addEventListener("keydown", this.#key, true)
    this.addEventListener("focusout", this.#leave)
    this.addEventListener("pointerdown", this.#leave)
    this.addEventListener("map-line", this.#jump)
    this.form.addEventListener("change", this.#turn)
    this.form.addEventListener("click", this.#press)
    this.form.addEventListener("formdata", this.#give)
    document.addEventListener("keydown", this.#command)
    addEventListener("pagehide", this.#keep)
    document.addEventListener("visibilitychange", this.#keep)
    this.#recall()
    this.#preview.ask({ isFirst: true })
  }

  disconnectedCallback() {
    this.#preview.stop()
    this.#following.stop()
    this.#pasting.stop()
    this.#figures.stop()
    this.#tools.stop()
    this.removeEventListener("keydown", this.#key, true)
    document.removeEventListener("keydown", this.#command)
    removeEventListener("pagehide", this.#keep)
    document.removeEventListener("visibilitychange", this.#keep)
  }

  // For others.

  /** The whole text, its lines ended by LF. */
  get value() {
    return this.surface.text
  }

  /** Where the caret stands, as a line counted from 1. */
  get line() {
    return this.surface.numberAt(this.surface.selection.from)
  }

  /**
   * Take over a text from elsewhere: caret, scroll and undo stay, and so does what is the same. What is
   * `isPassing`, words of others, is no step of undo where the surface can tell.
   */
  replace(text, { isPassing = false } = {}) {
    this.surface.apply(changesBetween(this.value, text.replace(/\r\n?/g, "\n")), { isPassing })
  }

  /** Put Markdown on lines of its own: the caret's where that is empty, else after it. */
  insertBlock(markdown) {
    commands.insertBlock(this.surface, markdown)
  }

  /** Put text in the place of what is selected. */
  insertAtCaret(text) {
    commands.insert(this.surface, text)
  }

  /** Select from one offset (UTF-16 units) to another and bring it into sight. */
  select(start, end = start) {
    this.#openSource()
    this.surface.focus()
    this.surface.select(start, end, { isShown: true })
  }

  /** Put the caret at the beginning of a line, counted from 1. */
  goToLine(number) {
    this.select(this.surface.startOf(number))
  }

  /**
   * Follow what stands between two offsets while it is written around it. The marker has
   * `start`, `end`, `isGone`, `replaceWith(text)` and `forget()`.
   */
  track(start, end = start) {
    return this.surface.markers.track(start, end)
  }

  /** Whether the caret stands in a fenced block of code. */
  isInCode() {
    const lines = [...linesWithCode(this.surface.slice(0, this.surface.selection.from))]
    return lines.at(-1)[1]
  }

  /** Do what a tool, a key or the slash menu names. */
  put(name) {
    this.#tools.use(name)
    if (name === "insert") this.#menu?.look(this, "/")
    if (name === "posts") this.#menu?.look(this, "[")
  }

  /** Tell those who do not see the page. */
  say(words) {
    this.querySelector("[data-said]").textContent = words
  }

  // What the parts tell.

  changed(typed) {
    // Whoever listens to the field hears the same from each surface.
    if (this.surface.box !== this.field) this.field.dispatchEvent(new Event("input", { bubbles: true }))
    this.#preview.plan()
    this.#figures.plan()
    this.#menu?.look(this, typed)
    if (this.#find?.isOpen) this.#find.changed()
  }

  typing(text) {
    return commands.surround(this.surface, text)
  }

  newline() {
    return this.#menu?.choose() || commands.newline(this.surface)
  }

  /** The preview stands as the text was; `facts` say what the server has counted. */
  shown(facts, text) {
    if (facts) this.#figures.renew(facts, text)
    const lines = (facts?.dataset.lines ?? "").split(" ").map(Number)
    this.#following.renew(lines)
    if (facts) this.#map?.show([...facts.querySelectorAll("svg > *")], this.#places(facts))
  }

  /** One reads at this line. */
  stands(line) {
    this.#map?.stand(line)
  }

  get field() {
    return this.querySelector("textarea[name=body]")
  }

  get form() {
    return this.closest("form")
  }

  get #menu() {
    return this.querySelector("slash-menu")
  }

  get #find() {
    return this.querySelector("find-bar")
  }

  get #map() {
    return this.querySelector("document-map")
  }

  /** Where the parts of the drawing begin: what share of it, which line. */
  #places(facts) {
    const lineOf = (id) => Number(this.#preview.pane.querySelector(`[id="${CSS.escape(id)}"]`)?.dataset.line)
    const places = [{ share: 0, line: 1 }]
    for (const [share, id] of JSON.parse(facts.dataset.places ?? "[]")) {
      const line = id ? lineOf(id) : 0
      if (line > places.at(-1).line && share >= places.at(-1).share) places.push({ share, line })
    }
    return [...places, { share: 1, line: this.surface.numberAt(this.surface.length) + 1 }]
  }

  #give = (event) => {
    event.formData.set("body", this.value)
  }

  // What the browser keeps of the page, for Back and after a crash, is what stands in the field.
  #keep = () => {
    this.surface.keep?.()
  }

  #leave = (event) => {
    if (this.surface.box.contains(event.target)) this.#menu?.close()
  }

  #jump = (event) => {
    this.#openSource()
    this.surface.select(this.surface.startOf(event.detail.line), undefined, { isShown: true })
    this.#following.follow()
  }

  #recall() {
    const mode = readChoice("mode")
    const choice = mode && this.querySelector(`[name="mode"][value="${CSS.escape(mode)}"]`)
    if (choice) choice.checked = true
    for (const box of this.form.querySelectorAll("[data-choice-kept]")) {
      box.checked = (readChoice(box.dataset.choiceKept) ?? (box.defaultChecked ? "1" : "")) === "1"
    }
    this.#following.isOn = this.#isChosen("follow")
    if (this.#isChosen("plain")) this.dataset.surface = "plain"
    else this.#grow()
  }

  #isChosen(name) {
    return this.form.querySelector(`[data-choice-kept="${name}"]`)?.checked ?? false
  }

  #turn = (event) => {
    const { name, value, dataset, checked } = event.target
    if (name === "mode") {
      keepChoice("mode", value)
      this.#preview.ask()
    }
    if (!dataset.choiceKept) return
    keepChoice(dataset.choiceKept, checked ? "1" : "")
    if (dataset.choiceKept === "follow") {
      this.#following.isOn = checked
      this.#following.follow()
    } else if (checked) this.#swap(() => new PlainSurface(this.field, this))
    else this.#grow()
  }

  /** Put CodeMirror in the place of the textarea; where it does not come, the textarea does it all. */
  async #grow() {
    let CodeSurface
    try {
      // Both are on their way at once.
      ;[{ CodeSurface }] = await Promise.all([
        import("../editor/code-surface.js"),
        import("../../vendor/codemirror-6.43.15.min.js"),
      ])
    } catch {
      this.dataset.surface = "plain"
      return
    }
    const isWanted = this.isConnected && this.surface.box === this.field && !this.#isChosen("plain")
    if (!isWanted) return
    if (this.surface.isComposing) {
      this.field.addEventListener("compositionend", () => this.#grow(), { once: true })
      return
    }
    const { field } = this
    const attributes = { id: "body", "aria-labelledby": "body-label", spellcheck: "true" }
    Object.assign(attributes, { autocapitalize: "sentences", autocorrect: "on", translate: "no" })
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (field.hasAttribute(name)) attributes[name] = field.getAttribute(name)
    }
    const { nonce } = this.dataset
    this.#swap(() => new CodeSurface(field, this, { attributes, nonce, hint: field.placeholder }))
  }

  #swap(made) {
    const old = this.surface
    const { isFocused, markers } = old
    this.#menu?.close()
    old.destroy()
    this.surface = made()
    // Places that are followed go on being followed.
    this.surface.markers = markers
    markers.surface = this.surface
    this.#following.hear(this.surface.scroller)
    this.dataset.surface = this.surface.box === this.field ? "plain" : "code"
    if (isFocused) this.surface.focus()
  }

  // Reading, the source is not to be seen.
  #openSource() {
    if (!this.surface.box.checkVisibility()) this.#show("write")
  }

  #show(mode) {
    const choice = this.querySelector(`[name=mode][value=${mode}]`)
    choice.checked = true
    choice.dispatchEvent(new Event("change", { bubbles: true }))
  }

  #press = (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool
    if (name) this.put(name)
  }

  // After the title comes the text; what saves is Ctrl+S.
  #goOn(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return
    event.preventDefault()
    this.#openSource()
    this.surface.focus()
  }

  // Before the surface's own keys.
  #key = (event) => {
    if (event.target.name === "title") this.#goOn(event)
    if (!this.surface.box.contains(event.target)) return
    if (/^(Arrow(Left|Right)|Home|End|Page)/.test(event.key)) this.#menu?.close()
    if (this.#menu?.key(event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.isComposing || this.surface.isComposing) return
    const name = this.#tabWrites && event.key === "Tab" && !event.ctrlKey && !event.altKey
      ? event.shiftKey ? "outdent" : "indent"
      : shortcutOf(event)
    if (!name) return
    event.preventDefault()
    event.stopPropagation()
    if (name === "tab") this.#toggleTab()
    else this.put(name)
  }

  #toggleTab() {
    this.#tabWrites = !this.#tabWrites
    const { wordTabOn, wordTabOff } = this.dataset
    this.say(this.#tabWrites ? wordTabOn : wordTabOff)
  }

  // Wherever the focus is on this page.
  #command = (event) => {
    if (event.defaultPrevented || event.target.closest?.("dialog")) return
    const name = shortcutOf(event, { isEverywhere: true })
    const isForText = ["find", "replace", "headings"].includes(name)
    if (!name || (isForText && !this.surface.box.checkVisibility())) return
    event.preventDefault()
    this.put(name)
  }

  /** Show the text, the preview or both: "write", "split", "read", or "next". */
  turnTo(mode) {
    const modes = [...this.querySelectorAll("[name=mode]")].filter((one) => one.labels[0].checkVisibility())
    const at = modes.findIndex((one) => one.checked)
    this.#show(mode === "next" ? modes[(at + 1) % modes.length].value : mode)
    if (this.surface.box.checkVisibility()) this.surface.focus()
    else this.#preview.box.focus()
  }
}

customElements.define("markdown-editor", MarkdownEditor)
