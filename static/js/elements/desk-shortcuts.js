// <desk-shortcuts data-letters="on" data-new data-desk data-posts data-tags data-keys data-style>
// Keys on pages under /write. With data-letters="off" no single letter or sign acts (WCAG 2.1.4).

const PATIENCE = 1500
const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select"

class DeskShortcuts extends HTMLElement {
  #went = -Infinity

  connectedCallback() {
    document.addEventListener("keydown", this.#press)
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#press)
  }

  #press = (event) => {
    if (this.dataset.letters !== "on" || event.defaultPrevented || event.isComposing) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (document.querySelector("dialog[open], :popover-open")) return
    const act = this.#act(event.key)
    if (!act) return
    event.preventDefault()
    act()
  }

  #act(key) {
    const isGoing = performance.now() - this.#went < PATIENCE
    this.#went = -Infinity
    if (isGoing) return { d: () => this.#go("desk"), p: () => this.#go("posts"), t: () => this.#go("tags") }[key]
    const rows = document.querySelector("post-rows")
    const acts = {
      g: () => (this.#went = performance.now()),
      n: () => this.#go("new"),
      "/": () => this.#search(),
      "?": () => this.#show(),
      ...(rows && { j: () => rows.move(1), k: () => rows.move(-1), x: () => rows.toggle(), e: () => rows.open() }),
    }
    return Object.hasOwn(acts, key) ? acts[key] : undefined
  }

  #go(where) {
    location.assign(this.dataset[where])
  }

  #search() {
    const field = document.querySelector("main input[type=search]")
    if (!field) return location.assign(`${this.dataset.posts}#words`)
    field.focus()
    field.select()
  }

  async #show() {
    try {
      const address = new URL(this.dataset.keys, location.href)
      address.searchParams.set("fragment", "keys")
      const answer = await fetch(address)
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText)
      const html = await answer.text()
      await this.#dress()
      this.#open(html)
    } catch {
      this.#go("keys")
    }
  }

  /** Loads what the dialog looks like; most pages never show it. */
  #dress() {
    if (this.querySelector("link")) return
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: this.dataset.style })
    const loaded = new Promise((done, failed) => Object.assign(link, { onload: done, onerror: failed }))
    this.append(link)
    return loaded
  }

  #open(html) {
    const dialog = this.querySelector("dialog")
    const parsed = new DOMParser().parseFromString(html, "text/html")
    dialog.querySelector(".shortcuts")?.remove()
    dialog.append(...parsed.body.children)
    dialog.showModal()
  }
}

function isTyping(target) {
  return target.isContentEditable || target.matches?.(TYPED_IN)
}

customElements.define("desk-shortcuts", DeskShortcuts)
