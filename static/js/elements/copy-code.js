// <copy-code data-word-copy="…"><figure class="code-block" id="c3"><figcaption>…</figcaption>
//   <pre><code><span class="line" id="c3-L1"><a href="#c3-L1"></a>…</span></code></pre></figure></copy-code>
const SHOWN = 2000 // milliseconds that the answer stands on the button
const WORDS = { copy: "Copy", copied: "Copied", press: "Press Ctrl C", wrap: "Wrap", line: "Link to line #" }
// What a session answered, what a change took away, and prompts are not what one wants to run.
const LEFT_OUT = ".line--output, .line--removed, .gp"
const ADDRESS = /^#(.+)-L(\d+)(?:-L?(\d+))?$/

class CopyCode extends HTMLElement {
  #copy
  #wrap
  #status
  #timer
  #watcher

  connectedCallback() {
    const head = this.querySelector("figcaption")
    if (!head || !this.#pre) return
    this.#wrap = head.querySelector("[aria-pressed]") ?? this.#button(head, "wrap")
    this.#copy = head.querySelector(".copy-code__button:last-of-type:not([aria-pressed])") ?? this.#button(head, "copy")
    this.#status = head.querySelector("[role=status]") ?? head.appendChild(this.#span())
    this.addEventListener("click", this.#press)
    this.addEventListener("keydown", this.#move)
    this.addEventListener("toggle", this.#keepInSight, true)
    addEventListener("hashchange", this.#mark)
    this.#watcher = new ResizeObserver(this.#fit)
    this.#watcher.observe(this.#pre)
    this.#watcher.observe(this.querySelector("code"))
    if (this.#links.length) this.#take(this.#links[0])
    this.#mark()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#watcher?.disconnect()
    this.removeEventListener("click", this.#press)
    this.removeEventListener("keydown", this.#move)
    this.removeEventListener("toggle", this.#keepInSight, true)
    removeEventListener("hashchange", this.#mark)
  }

  get #pre() { return this.querySelector("pre") }
  get #figure() { return this.querySelector("figure") }
  get #links() { return [...this.querySelectorAll(".line > a")] }

  #word(name) {
    return this.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? WORDS[name]
  }

  #button(head, name) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "copy-code__button"
    button.textContent = this.#word(name)
    if (name === "wrap") {
      button.setAttribute("aria-pressed", "false")
      button.hidden = true
    }
    return head.appendChild(button)
  }

  #span() {
    const span = document.createElement("span")
    span.className = "unseen"
    span.setAttribute("role", "status")
    return span
  }

  #press = (event) => {
    const link = event.target.closest(".line > a")
    if (event.target.closest("button") === this.#copy) this.#copyText()
    else if (event.target.closest("button") === this.#wrap) this.#toggleWrap()
    else if (link && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      this.#take(link)
      this.#point(link, event.shiftKey)
    }
  }

  // --- copying

  async #copyText() {
    const text = this.#text()
    if (await put(text)) return this.#say(this.#word("copied"))
    getSelection().selectAllChildren(this.#pre)
    // Whoever copies the selection by hand gets the same.
    document.addEventListener("copy", (event) => {
      if (getSelection().containsNode(this.#pre, true)) fill(event, text)
    }, { once: true })
    this.#say(this.#word("press"))
  }

  #text() {
    const code = this.querySelector("code")
    const wanted = code.cloneNode(true)
    for (const part of wanted.querySelectorAll(LEFT_OUT)) part.remove()
    const text = wanted.textContent.trim() ? wanted.textContent : code.textContent
    return text.replace(/\n$/, "")
  }

  #say(word) {
    this.#copy.textContent = word
    this.#status.textContent = word
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#copy.textContent = this.#word("copy")
      this.#status.textContent = ""
    }, SHOWN)
  }

  // --- long lines and long blocks

  #toggleWrap() {
    const wrapped = this.#figure.toggleAttribute("data-wrapped")
    this.#wrap.setAttribute("aria-pressed", wrapped)
  }

  #fit = () => {
    const pre = this.#pre
    const wide = pre.scrollWidth > pre.clientWidth
    if (wide) pre.tabIndex = 0
    else pre.removeAttribute("tabindex")
    this.#wrap.hidden = !wide && !this.#figure.hasAttribute("data-wrapped")
  }

  #keepInSight = (event) => {
    if (!event.target.open && this.#figure.getBoundingClientRect().top < 0) this.#figure.scrollIntoView()
  }

  // --- addresses of lines

  #mark = () => {
    for (const line of this.querySelectorAll(".line[aria-current]")) line.removeAttribute("aria-current")
    const [, id, first, last] = decoded(location.hash).match(ADDRESS) ?? []
    if (id !== this.#figure.id || !last) return
    const [from, to] = [Number(first), Number(last)].sort((a, b) => a - b)
    const lines = [...this.querySelectorAll(".line")].filter(({ id }) => {
      const number = Number(id.slice(id.lastIndexOf("L") + 1))
      return from <= number && number <= to
    })
    for (const line of lines) line.setAttribute("aria-current", "true")
    if (!this.contains(document.activeElement)) lines[0]?.scrollIntoView()
  }

  #point(link, extend) {
    const { scrollX, scrollY } = window
    const number = numberOf(link)
    // Not the figure's id: a copy of a note in the margin has none.
    const block = link.hash.slice(1, link.hash.lastIndexOf("-L"))
    const [, id, first] = decoded(location.hash).match(ADDRESS) ?? []
    const begin = extend && id === decoded(block) ? Number(first) : number
    const range = begin === number ? number : `${Math.min(begin, number)}-${Math.max(begin, number)}`
    // By a real navigation, for only that moves :target; the page stays where it is.
    location.replace(`#${block}-L${range}`)
    scrollTo({ left: scrollX, top: scrollY, behavior: "instant" })
  }

  // One number is a stop for the Tab key; arrows lead on from there.
  #take(link) {
    for (const other of this.querySelectorAll('.line > a[tabindex="0"]')) {
      other.tabIndex = -1
      other.setAttribute("aria-hidden", "true")
    }
    link.tabIndex = 0
    link.removeAttribute("aria-hidden")
    link.setAttribute("aria-label", this.#word("line").replace("#", numberOf(link)))
    return link
  }

  #move = (event) => {
    const links = this.#links
    const at = links.indexOf(event.target)
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: links.length - 1 }[event.key]
    if (at < 0 || to === undefined || !links[to]) return
    event.preventDefault()
    this.#take(links[to]).focus()
    if (event.shiftKey) this.#point(links[to], true)
  }
}

function numberOf(link) {
  return Number(link.hash.slice(link.hash.lastIndexOf("L") + 1))
}

function decoded(hash) {
  try {
    return decodeURIComponent(hash)
  } catch {
    return ""
  }
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Not allowed, or a page without TLS: the older way asks nobody.
    const answer = (event) => fill(event, text)
    document.addEventListener("copy", answer)
    const done = document.execCommand("copy")
    document.removeEventListener("copy", answer)
    return done
  }
}

function fill(event, text) {
  event.clipboardData.setData("text/plain", text)
  event.preventDefault()
}

customElements.define("copy-code", CopyCode)
