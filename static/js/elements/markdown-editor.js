// <markdown-editor data-preview="/write/posts/7/preview"> toolbar, textarea, preview pane </markdown-editor>
// The text stays in a plain textarea: every change goes through the browser's own undo.

const PAUSE = 250
const MODE = "editor-mode"
const LIST = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))(\s+)(\[[ xX]\]\s+)?/
const QUOTE = /^(\s*(?:>\s?)+)/

class MarkdownEditor extends HTMLElement {
  #asking = null
  #timer = 0

  connectedCallback() {
    this.text.addEventListener("keydown", this.#key)
    this.text.addEventListener("input", this.#plan)
    this.text.addEventListener("scroll", this.#follow)
    this.addEventListener("click", this.#press)
    this.addEventListener("keydown", this.#walk)
    this.addEventListener("change", this.#turn)
    for (const [at, tool] of this.#tools.entries()) tool.tabIndex = at ? -1 : 0
    this.#recall()
    this.preview()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }

  get text() {
    return this.querySelector("textarea")
  }

  /** Put `words` where the caret is, as if they had been typed. */
  insert(words, { select = null } = {}) {
    const { text } = this
    const from = text.selectionStart
    text.focus()
    // The only way to write into a field that keeps its undo history (HTML, "execCommand").
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, from, text.selectionEnd, "end")
      text.dispatchEvent(new Event("input", { bubbles: true }))
    }
    if (select) text.setSelectionRange(from + select[0], from + select[1])
  }

  /** Put `words` on lines of their own after the caret's line. */
  insertBlock(words) {
    const { text } = this
    const end = text.value.indexOf("\n", text.selectionEnd)
    const at = end < 0 ? text.value.length : end
    text.setSelectionRange(at, at)
    this.insert(`${at ? "\n\n" : ""}${words}\n`)
  }

  /** Ask for the preview of what stands in the field now; an older question is dropped. */
  async preview() {
    if (!this.#pane.offsetParent) return
    this.#asking?.abort()
    const asking = (this.#asking = new AbortController())
    const form = new FormData()
    form.set("body", this.text.value)
    form.set("csrf_token", this.closest("form").elements.csrf_token?.value ?? "")
    this.#pane.parentElement.setAttribute("aria-busy", "true")
    try {
      const answer = await fetch(`${this.dataset.preview}?fragment=preview`, {
        method: "POST",
        body: form,
        signal: asking.signal,
        redirect: "error",
      })
      const html = await answer.text()
      if (asking.signal.aborted) return
      if (!answer.ok) throw new Error(answer.statusText)
      this.#show(html)
    } catch (error) {
      if (error.name === "AbortError") return
      this.#say(this.dataset.wordFailed)
    }
    this.#pane.parentElement.removeAttribute("aria-busy")
  }

  get #pane() {
    return this.querySelector("[data-preview-pane]")
  }

  get #tools() {
    return [...this.querySelectorAll(".editor__tool")]
  }

  #show(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html")
    const facts = parsed.querySelector("[data-facts]")
    const here = this.closest("form").querySelector("[data-facts-here]")
    if (facts && here) here.textContent = facts.textContent
    facts?.remove()
    this.#pane.replaceChildren(...parsed.body.childNodes)
    if (!this.text.value.trim()) this.#say(this.dataset.wordEmpty)
    this.#follow()
  }

  #say(words) {
    const note = document.createElement("p")
    note.className = "editor__empty"
    note.textContent = words
    this.#pane.replaceChildren(note)
  }

  #plan = () => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.preview(), PAUSE)
  }

  // The preview stands as far down as the text does.
  #follow = () => {
    const { text } = this
    const pane = this.#pane.parentElement
    const room = text.scrollHeight - text.clientHeight
    if (room > 0) pane.scrollTop = (text.scrollTop / room) * (pane.scrollHeight - pane.clientHeight)
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
    this.preview()
  }

  #press = (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool
    if (name) this.#use(name)
  }

  // The toolbar is one stop of the Tab key; arrows walk in it (ARIA APG, toolbar).
  #walk = (event) => {
    const tools = this.#tools
    const at = tools.indexOf(event.target)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tools.length - 1 }[event.key]
    if (at < 0 || to === undefined) return
    event.preventDefault()
    const next = tools.at(to % tools.length)
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1
    next.focus()
  }

  #key = (event) => {
    if (event.isComposing) return
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (this.#continueList()) event.preventDefault()
      return
    }
    if (!(event.ctrlKey || event.metaKey)) return
    const name = this.#shortcut(event)
    if (!name) return
    event.preventDefault()
    this.#use(name)
  }

  #shortcut(event) {
    if (event.altKey) return /^Digit[1-4]$/.test(event.code) ? `h${event.code.at(-1)}` : null
    if (event.shiftKey) {
      return { KeyE: "codeblock", Digit7: "numbers", Digit8: "list", Period: "quote" }[event.code]
    }
    return { b: "bold", i: "italic", k: "link", e: "code" }[event.key.toLowerCase()]
  }

  #use(name) {
    const tools = {
      bold: () => this.#wrap("**"),
      italic: () => this.#wrap("*"),
      code: () => this.#wrap("`"),
      link: () => this.#link(),
      heading: () => this.#head(2),
      codeblock: () => this.#fence(),
      quote: () => this.#prefix(() => "> "),
      list: () => this.#prefix(() => "- "),
      numbers: () => this.#prefix((line) => `${line + 1}. `),
      table: () => this.#table(),
    }
    if (/^h[1-4]$/.test(name)) this.#head(Number(name[1]))
    else tools[name]?.()
  }

  #table() {
    const { wordName, wordValue } = this.dataset
    this.insertBlock(`| ${wordName} | ${wordValue} |\n| --- | --- |\n| … | … |\n`)
  }

  get #selected() {
    return this.text.value.slice(this.text.selectionStart, this.text.selectionEnd)
  }

  #wrap(mark) {
    const { text } = this
    const [from, to] = [text.selectionStart, text.selectionEnd]
    const before = text.value.slice(from - mark.length, from)
    const after = text.value.slice(to, to + mark.length)
    const words = this.#selected
    if (before === mark && after === mark) {
      text.setSelectionRange(from - mark.length, to + mark.length)
      this.insert(words, { select: [0, words.length] })
    } else {
      this.insert(mark + words + mark, { select: [mark.length, mark.length + words.length] })
    }
  }

  #link() {
    const words = this.#selected
    if (/^https?:\/\/\S+$/.test(words)) return this.insert(`[](${words})`, { select: [1, 1] })
    const at = words.length + 3
    this.insert(`[${words}](https://)`, { select: words ? [at, at + 8] : [1, 1] })
  }

  #fence() {
    const words = this.#selected
    if (!words) return this.insertBlock("```\n\n```")
    this.insert("```\n" + words.replace(/\n$/, "") + "\n```", { select: [3, 3] })
  }

  #head(level) {
    this.#lines((line) => {
      const bare = line.replace(/^#{1,6}\s+/, "")
      const mark = `${"#".repeat(level)} `
      return line === mark + bare ? bare : mark + bare
    })
  }

  #prefix(mark) {
    this.#lines((line, at, all) => {
      const own = /^(?:> |[-*+] |\d+[.)] )/
      const marked = all.every((each, n) => each.startsWith(mark(n)))
      return marked ? line.slice(mark(at).length) : mark(at) + line.replace(own, "")
    })
  }

  /** Rewrite each line the selection touches. */
  #lines(rewrite) {
    const { text } = this
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1
    const end = text.value.indexOf("\n", Math.max(text.selectionEnd - 1, from))
    const to = end < 0 || end < from ? text.value.length : end
    const lines = text.value.slice(from, to).split("\n")
    const words = lines.map(rewrite).join("\n")
    text.setSelectionRange(from, to)
    this.insert(words, { select: lines.length > 1 ? [0, words.length] : [words.length, words.length] })
  }

  /** On Enter: one more item of the list or quote, or its end where the item is empty. */
  #continueList() {
    const { text } = this
    if (text.selectionStart !== text.selectionEnd) return false
    const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1
    const line = text.value.slice(from, text.selectionStart)
    const item = LIST.exec(line)
    const mark = item?.[0] ?? QUOTE.exec(line)?.[0]
    if (!mark) return false
    if (line === mark) {
      text.setSelectionRange(from, text.selectionStart)
      this.#erase()
      return true
    }
    if (!item) this.insert(`\n${mark}`)
    else {
      const [, indent, bullet, number, stop, space, box] = item
      this.insert(`\n${indent}${bullet ?? Number(number) + 1 + stop}${space}${box ? "[ ] " : ""}`)
    }
    return true
  }

  #erase() {
    const { text } = this
    if (document.execCommand("delete")) return
    text.setRangeText("")
    text.dispatchEvent(new Event("input", { bubbles: true }))
  }
}

customElements.define("markdown-editor", MarkdownEditor)
