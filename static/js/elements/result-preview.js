// <result-preview data-card="/write/posts/7/card.png">…</result-preview>
// Shows a search result and a shared link as they would look with what is typed now.

const PAUSE = 600
// Pixels of a title in a search result, at the size it has there; characters of its summary.
const TITLE_PIXELS = 580
const TITLE_FONT = "20px Arial, 'Liberation Sans', sans-serif"
const TITLE_ABOUT = 60
const SUMMARY_MOST = 158

class ResultPreview extends HTMLElement {
  #timer = 0
  #pen = document.createElement("canvas").getContext("2d")

  connectedCallback() {
    this.#form.addEventListener("input", this.#plan)
    this.#show()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
  }

  get #form() {
    return this.closest("form")
  }

  #typed(name) {
    const field = this.#form.elements[name]
    return (field?.value ?? "").trim()
  }

  #plan = (event) => {
    if (!["title", "summary", "slug", "domain"].includes(event.target.name)) return
    this.#show()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#paint(), PAUSE)
  }

  #show() {
    const title = this.#typed("title") || this.dataset.wordUntitled
    const summary = this.#typed("summary") || this.dataset.excerpt
    const home = this.dataset.home.replace(/^https?:\/\//, "").replace(/\/$/, "")
    const slug = this.#typed("slug") || this.dataset.slug || "…"
    this.#put("address", [home, this.dataset.folder.replaceAll("/", ""), slug].join(" › "))
    this.#put("title", this.#fitted(title))
    this.#put("summary", cut(summary, SUMMARY_MOST))
    this.#put("lengths", this.#lengths(title, summary))
    const moves = this.dataset.known && slug !== this.dataset.slug
    const said = this.dataset.wordMoved
      .replace("{old}", this.dataset.folder + this.dataset.slug)
      .replace("{new}", this.dataset.folder + slug)
    this.#put("moved", moves ? said : "")
  }

  #put(name, words) {
    const place = this.querySelector(`[data-${name}]`)
    if (place.textContent !== words) place.textContent = words
  }

  #lengths(title, summary) {
    const [of, most] = [...title].length > TITLE_ABOUT ? [title, TITLE_ABOUT] : [summary, SUMMARY_MOST]
    const length = [...of].length
    if (length <= most) return ""
    return this.dataset.wordLength.replace("{number}", length).replace("{goal}", most)
  }

  // Engines cut titles by their width, at a word.
  #fitted(title) {
    this.#pen.font = TITLE_FONT
    if (this.#pen.measureText(title).width <= TITLE_PIXELS) return title
    let most = [...title].length
    while (most > 1 && this.#pen.measureText(cut(title, most)).width > TITLE_PIXELS) most -= 1
    return cut(title, most)
  }

  #paint() {
    const query = new URLSearchParams({
      title: [...this.#typed("title")].slice(0, 300).join(""),
      domain: this.#typed("domain").slice(0, 200),
    })
    this.querySelector("img").src = `${this.dataset.card}?${query}`
  }
}

function cut(text, most) {
  const letters = [...text]
  if (letters.length <= most) return text
  const start = letters.slice(0, most - 1).join("")
  const space = start.lastIndexOf(" ")
  return `${(space > most / 2 ? start.slice(0, space) : start).trimEnd()}…`
}

customElements.define("result-preview", ResultPreview)
