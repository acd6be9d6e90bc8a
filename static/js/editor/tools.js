// The toolbar, and what each of its tools writes.

import * as commands from "./commands.js"

export class Tools {
  #host

  /** `host` is the markdown-editor. */
  constructor(host) {
    this.#host = host
    host.addEventListener("keydown", this.#walk)
    for (const [at, tool] of this.#tools.entries()) tool.tabIndex = at ? -1 : 0
  }

  stop() {
    this.#host.removeEventListener("keydown", this.#walk)
  }

  /** Do what is called so, and nothing where nothing is. */
  use(name) {
    const { surface } = this.#host
    if (/^h[1-4]$/.test(name)) commands.heading(surface, Number(name[1]))
    else this.#acts(surface)[name]?.()
  }

  #acts(surface) {
    const host = this.#host
    const words = host.dataset
    const block = (text, part) => commands.insertBlock(surface, text, part)
    const find = (options) => host.querySelector("find-bar").open(host, options)
    return {
      bold: () => commands.wrap(surface, "**"),
      italic: () => commands.wrap(surface, "*"),
      code: () => commands.wrap(surface, "`"),
      link: () => commands.link(surface),
      heading: () => commands.heading(surface, 2),
      codeblock: () => commands.fence(surface),
      quote: () => commands.prefix(surface, () => "> "),
      list: () => commands.prefix(surface, () => "- "),
      numbers: () => commands.prefix(surface, (line) => `${line + 1}. `),
      checklist: () => commands.prefix(surface, () => "- [ ] "),
      indent: () => commands.indent(surface, false),
      outdent: () => commands.indent(surface, true),
      table: () => {
        const { wordName, wordValue } = words
        block(`| ${wordName} | ${wordValue} |\n| --- | --- |\n| … | … |`, [2, 2 + wordName.length])
      },
      image: () => document.getElementById("image-sheet")?.showPopover(),
      footnote: () => commands.footnote(surface, words.wordNote),
      callout: () => block("> [!NOTE]\n> ", [12, 12]),
      collapsible: () => {
        const { wordSummary } = words
        const start = "<details><summary>".length
        block(`<details><summary>${wordSummary}</summary>\n\n…\n\n</details>`, [start, start + wordSummary.length])
      },
      divider: () => block("---\n"),
      embed: () => block("https://", [0, 8]),
      posts: () => commands.insert(surface, "[["),
      date: () => commands.insert(surface, today()),
      insert: () => commands.insert(surface, commands.isAtStart(surface) ? "/" : " /"),
      find: () => find(),
      replace: () => find({ replaces: true }),
      headings: () => host.form.querySelector("heading-finder").showPopover(),
      write: () => host.turnTo("write"),
      split: () => host.turnTo("split"),
      read: () => host.turnTo("read"),
      mode: () => host.turnTo("next"),
    }
  }

  get #tools() {
    return [...this.#host.querySelectorAll(".editor__tool")]
  }

  // The toolbar is one stop of the Tab key; arrows walk in it (ARIA APG, toolbar).
  #walk = (event) => {
    const tools = this.#tools
    const at = tools.indexOf(event.target)
    if (at < 0) return
    const isTurned = this.#host.matches(":dir(rtl)")
    const [back, on] = isTurned ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"]
    const to = { [on]: at + 1, [back]: at - 1, Home: 0, End: tools.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = tools.at(to % tools.length)
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1
    next.focus()
  }
}

function today() {
  return new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" })
}
