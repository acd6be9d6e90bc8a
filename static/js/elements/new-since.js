// <new-since>: marks the posts that came out since the reader was last here, and says how many.
// The times of visits stay in this browser; where it keeps nothing, nothing shows.
const PAUSE = 30 * 60 * 1000 // milliseconds without a page: the next one begins another visit
const SLOT = `visit ${document.querySelector("search-box")?.dataset.home ?? "/"}`

// A page that is made ready unseen is no visit before it is shown.
let since = document.prerendering ? read().since : begin()
document.addEventListener("prerenderingchange", () => {
  since = begin()
  document.querySelector("new-since")?.renew()
})
document.addEventListener("visibilitychange", () => {
  if (document.hidden) keep({ ...read(), last: Date.now() })
  else begin()
})

class NewSince extends HTMLElement {
  #watch = new MutationObserver(() => this.#mark())

  connectedCallback() {
    const times = this.#times.map(([time]) => time)
    // No post is from the future: a clock that is slow is put right by the newest.
    const newest = Math.max(0, ...times)
    if (newest > Date.now()) keep({ ...read(), last: newest })
    this.addEventListener("click", this.#press)
    this.#watch.observe(this.closest("#results"), { childList: true, subtree: true })
    this.#mark()
  }

  disconnectedCallback() {
    this.#watch.disconnect()
  }

  /** Marks anew what came since the end of the visit before. */
  renew() {
    for (const mark of document.querySelectorAll(".new-since__mark")) mark.remove()
    this.#mark()
  }

  get #times() {
    const times = document.querySelectorAll(".post-list__posts article time")
    return [...times].map((time) => [Date.parse(time.dateTime), time.closest("article")])
  }

  #mark() {
    const fresh = since ? this.#times.filter(([time]) => time > since).map(([, post]) => post) : []
    for (const post of fresh) {
      if (post.querySelector(".new-since__mark")) continue
      const mark = document.createElement("span")
      mark.className = "new-since__mark"
      mark.textContent = this.dataset.wordNew
      post.prepend(mark)
    }
    if (fresh.length) this.#say(fresh)
    else if (this.firstChild) this.replaceChildren()
  }

  #say(fresh) {
    const all = document.querySelectorAll(".post-list__posts article")
    const goesOn = fresh.length === all.length && document.querySelector("#load-more")
    const number = `${fresh.length}${goesOn ? "+" : ""}`
    const words = this.dataset.wordLine.replace("{number}", number).replace("{day}", day(since))
    const address = `#${fresh.at(-1).id}`
    const [link] = this.children
    if (link?.textContent === words && link.getAttribute("href") === address) return
    const [show, clear] = [document.createElement("a"), document.createElement("button")]
    show.className = "new-since__show"
    show.href = address
    show.textContent = show.title = words
    clear.className = "new-since__clear"
    clear.type = "button"
    clear.textContent = this.dataset.wordClear
    this.replaceChildren(show, clear)
  }

  #press = (event) => {
    if (!event.target.closest("button")) return
    since = Date.now()
    keep({ since, last: since })
    for (const mark of document.querySelectorAll(".new-since__mark")) mark.remove()
    this.replaceChildren()
    document.querySelector(".post-list__status")?.focus({ preventScroll: true })
  }
}

/** Begin a visit, or go on with the present one; give the end of the one before, if there was any. */
function begin() {
  const kept = read()
  const visit = { since: kept.since, last: Math.max(Date.now(), kept.last ?? 0) }
  if (visit.last - kept.last > PAUSE) visit.since = kept.last
  keep(visit)
  return visit.since
}

function read() {
  try {
    const { since, last } = JSON.parse(localStorage.getItem(SLOT)) ?? {}
    return { since: Number(since) || undefined, last: Number(last) || undefined }
  } catch {
    return {}
  }
}

function keep(visit) {
  try {
    localStorage.setItem(SLOT, JSON.stringify(visit))
  } catch {
    // A window that keeps nothing: each of its visits is the first.
  }
}

function day(moment) {
  const isThisYear = new Date(moment).getFullYear() === new Date().getFullYear()
  const style = { day: "numeric", month: "long", year: isThisYear ? undefined : "numeric" }
  // Plain English is the world's here: 30 September.
  const language = document.documentElement.lang.replace(/^en$/, "en-001")
  return new Date(moment).toLocaleDateString(language, style)
}

customElements.define("new-since", NewSince)
