// <post-results id="results">filter, list and pager; htmx brings new ones</post-results>
class PostResults extends HTMLElement {
  #newest = null
  #taken = -1
  #failed = null
  #marking = 0
  #isPressed = false

  connectedCallback() {
    for (const [name, act] of this.#acts) this.addEventListener(name, act)
    // Before htmx reads the form.
    for (const name of ["change", "submit"]) this.addEventListener(name, this.#keepChips, true)
    document.addEventListener("htmx:before:history:update", this.#keepHistoryShort)
    document.addEventListener("htmx:before:history:restore", this.#stopMarking)
    document.addEventListener("htmx:after:request", this.#leaveStyles)
    addEventListener("online", this.#retryOnce)
    addEventListener("scroll", this.#mark, { passive: true })
    this.#showChosen()
    this.#returnToPlace()
  }

  disconnectedCallback() {
    for (const [name, act] of this.#acts) this.removeEventListener(name, act)
    for (const name of ["change", "submit"]) this.removeEventListener(name, this.#keepChips, true)
    document.removeEventListener("htmx:before:history:update", this.#keepHistoryShort)
    document.removeEventListener("htmx:before:history:restore", this.#stopMarking)
    document.removeEventListener("htmx:after:request", this.#leaveStyles)
    removeEventListener("online", this.#retryOnce)
    this.#stopMarking()
  }

  get #list() {
    return this.querySelector("#listing")
  }

  get #sticks() {
    const bar = this.querySelector("#filter")
    return !!bar && Math.abs(bar.getBoundingClientRect().top) < 1
  }

  get #form() {
    return this.querySelector("#filter")
  }

  // On arrival the row of chips begins where something is chosen.
  #showChosen() {
    const row = this.querySelector(".filter-bar__chips")
    const first = row?.querySelector(":checked")?.closest("label")
    if (!first) return
    const end = first.offsetLeft + first.offsetWidth - row.offsetLeft
    if (end > row.clientWidth - 28) row.scrollLeft = first.offsetLeft - row.offsetLeft - 40
  }

  // What a key reaches is brought in whole: browsers are content with a corner of it.
  #reveal = (event) => {
    const one = event.target.closest(".filter-bar__chips > *, .filter-bar__controls > *")
    if (one && event.target.matches(":focus-visible")) one.scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  // What leaves nothing cannot be chosen; it can be reached, and says why.
  #refuse = (event) => {
    if (event.target.closest?.("[aria-disabled=true]")) event.preventDefault()
  }

  // A link that changes what is chosen says so to the form, whose latest question counts; quick
  // presses add up.
  #choose = (event) => {
    const link = event.target.closest?.("a[data-choice]")
    const form = this.querySelector("#filter")
    if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    const chosen = [...this.querySelectorAll(".chosen a")]
    const isAll = link.matches(".chosen__clear")
    this.#taken = chosen.indexOf(link)
    for (const one of isAll ? chosen : [link]) say(form, one.dataset.choice)
    if (this.#taken >= 0) link.closest(isAll ? ".chosen" : "li").hidden = true
    form.requestSubmit()
  }

  // A chip beyond the first ones is asked for again, so that it stays when it is let go.
  #keepChips = () => {
    for (const old of this.#form?.querySelectorAll("[name=beside]") ?? []) old.remove()
    for (const chip of this.querySelectorAll("input[data-stays]:not(:checked)")) {
      const input = document.createElement("input")
      Object.assign(input, { type: "hidden", name: "beside", value: chip.value })
      this.#form.append(input)
    }
  }

  #beforeRequest = (event) => {
    const { ctx } = event.detail
    const asked = ctx.sourceElement
    if (ctx.sourceEvent?.type === "intersect" && !this.#mayLoad()) return event.preventDefault()
    if (asked === this.#form) {
      this.#newest = ctx
      this.toggleAttribute("data-held", this.#sticks)
    }
    this.#list.setAttribute("aria-busy", "true")
    this.#forgetFailure()
  }

  // Whoever saves data is asked first, and nothing pushes away the footer that holds the focus, or
  // takes away the button that does.
  #mayLoad() {
    const focused = document.activeElement ?? document.body
    // That alone: what lies inside follows, too.
    const isPast = this.compareDocumentPosition(focused) === Node.DOCUMENT_POSITION_FOLLOWING
    return !navigator.connection?.saveData && !isPast && !focused.closest("#more")
  }

  #afterRequest = (event) => {
    const { ctx } = event.detail
    if (ctx.sourceElement !== this.#form || ctx === this.#newest) {
      this.#list.removeAttribute("aria-busy")
    }
  }

  // An answer that is not to the latest question is dropped, however late it comes.
  #beforeSwap = (event) => {
    const { ctx, tasks } = event.detail
    if (ctx.sourceElement === this.#form) {
      if (ctx !== this.#newest) event.preventDefault()
      return
    }
    const page = tasks[0]?.fragment?.querySelector("[data-state]")
    if (page && page.dataset.state !== this.#list.dataset.state) event.preventDefault()
    ctx.brought = page?.id
    ctx.hadFocus = document.activeElement?.closest("#more")
  }

  #afterSwap = (event) => {
    const { ctx } = event.detail
    if (!ctx.response?.raw.ok) return
    if (ctx === this.#newest) this.#showResults()
    else if (ctx.brought) this.#showMore(ctx)
  }

  #showResults() {
    if (this.#form) showWhatItSays(this.#form)
    this.#goOn()
    // Who pressed "Try again" had the focus on a button that is gone.
    if (this.#wasPressed()) this.querySelector(".post-list__status")?.focus({ preventScroll: true })
    document.title = this.#list.dataset.title
    // The field of the head says what is searched for; not to somebody who is typing there.
    const field = document.querySelector(".header__search input")
    if (field && field !== document.activeElement) field.value = this.#list.dataset.searched
    const top = this.#list.getBoundingClientRect().top
    if (top >= 0) return
    // Just under the bar, which stays where it is, and so does the chip under the pointer; a
    // pixel more, because heights have fractions.
    const under = this.#sticks ? this.querySelector("#filter").offsetHeight : 0
    scrollBy({ top: Math.ceil(top - under) + 1, behavior: "instant" })
  }

  // Where something was taken back the focus goes on to the next of what is left.
  #goOn() {
    if (this.#taken < 0 || document.activeElement !== document.body) return
    const left = [...this.querySelectorAll(".chosen a")]
    const next = left[Math.min(this.#taken, left.length - 2)] ?? this.querySelector(".post-list__status")
    next.focus({ preventScroll: true })
  }

  #showMore(ctx) {
    // The request's end is told to the pager that asked, which is gone by now.
    this.#list.removeAttribute("aria-busy")
    const page = document.getElementById(ctx.brought)
    page.dataset.fresh = ""
    this.querySelector("#news").textContent = page.dataset.news
    this.#isPressed = false
    // Who pressed the button, or had just come to it, goes on reading where the new posts begin.
    if (ctx.hadFocus || (ctx.sourceEvent?.type === "click" && ctx.sourceEvent.isTrusted)) {
      page.querySelector(".post-list__posts :is(h2, h3) a").focus({ preventScroll: true })
    }
    this.#mark()
  }

  // Failures: the list stays, a row says what happened, and the connection's return tries again.

  #fail = (event) => {
    const { ctx } = event.detail
    if (!ctx?.sourceElement) return
    const isForm = ctx.sourceElement === this.#form
    if (isForm && ctx !== this.#newest) return
    const template = this.querySelector(isForm ? "#results-failed" : ".pager__failed")
    if (!template || this.#failed) return
    const row = template.content.firstElementChild.cloneNode(true)
    const source = ctx.sourceElement
    this.#failed = { row, source, retried: ctx.sourceEvent?.type === "retry" }
    row.querySelector("button").addEventListener("click", () => {
      this.#retry()
      this.#isPressed = true
    })
    if (isForm) this.querySelector(".post-list").before(row)
    else source.closest(".pager__row").before(row)
    if (!isForm) source.closest(".pager__row").hidden = true
    if (this.#wasPressed()) row.querySelector("button").focus({ preventScroll: true })
  }

  #retry() {
    const { source } = this.#failed
    if (source.matches("form")) source.requestSubmit()
    else source.click()
  }

  #wasPressed() {
    const was = this.#isPressed && document.activeElement === document.body
    this.#isPressed = false
    return was
  }

  #retryOnce = () => {
    if (!this.#failed || this.#failed.retried) return
    this.#failed.retried = true
    this.#retry()
  }

  #forgetFailure() {
    if (!this.#failed) return
    const row = this.#failed.row
    const next = row.nextElementSibling
    if (next?.matches(".pager__row")) next.hidden = false
    row.remove()
    this.#failed = null
  }

  // The address names the page that is being read, so that a link to it opens there.
  #mark = () => {
    clearTimeout(this.#marking)
    this.#marking = setTimeout(() => {
      const pages = [...this.querySelectorAll("[data-page]")]
      // On paper comes the page being read alone: the style sheet looks for the mark. What it
      // hides there has no place, and must not take the mark over.
      const isAbove = (page) => page.getBoundingClientRect().top < innerHeight / 2
      const read = pages.findLast((page) => page.checkVisibility() && isAbove(page))
      for (const page of pages) page.toggleAttribute("data-reading", page === read)
      if (pages.length > 10) this.#keepPlace()
      const hash = read && read !== pages[0] ? `#${read.id}` : ""
      if (location.hash === hash || !(hash || /^#page-\d+$/.test(location.hash))) return
      history.replaceState(history.state, "", location.pathname + location.search + hash)
    }, 200)
  }

  // On the way back an address written now would end the journey at the top of the list.
  #stopMarking = () => {
    clearTimeout(this.#marking)
    removeEventListener("scroll", this.#mark)
  }

  // More than ten pages come back without the first ones: the browser's own place is too low then.
  #keepPlace() {
    const card = [...this.querySelectorAll(".post-list__posts article")].find((one) => one.getBoundingClientRect().top > 0)
    if (!card) return
    const place = [card.id, card.getBoundingClientRect().top]
    history.replaceState({ ...history.state, place }, "", location.href)
  }

  #returnToPlace() {
    const [id, top] = history.state?.place ?? []
    if (!id || !this.querySelector(".post-list__newer")) return
    const go = () => {
      const card = document.getElementById(id)
      if (card) scrollBy({ top: card.getBoundingClientRect().top - top, behavior: "instant" })
    }
    // The browser goes to its own place with the load event.
    if (document.readyState === "complete") go()
    else addEventListener("load", () => setTimeout(go), { once: true })
  }

  // Choosing back to the state one is in makes no second entry of it.
  #keepHistoryShort = (event) => {
    const { history } = event.detail
    if (history.path === location.pathname + location.search) history.type = "replace"
  }

  // On the way back htmx reads a whole page for its body. The policy refuses
  // aloud the styles in it, which are another page's; what that has and this has not came later.
  #leaveStyles = ({ detail: { ctx } }) => {
    if (ctx.text?.startsWith("<!doctype html>")) ctx.text = ctx.text.replace(/<style>.*?<\/style>/s, "")
  }

  #acts = [
    ["click", this.#refuse],
    ["click", this.#choose],
    ["focusin", this.#reveal],
    ["htmx:before:request", this.#beforeRequest],
    ["htmx:before:swap", this.#beforeSwap],
    ["htmx:after:swap", this.#afterSwap],
    ["htmx:finally:request", this.#afterRequest],
    ["htmx:error", this.#fail],
    ["htmx:response:error", this.#fail],
  ]
}

// Make `form` say `choice`, as an address would: "domain=" is none. What can be ticked is let go.
function say(form, choice) {
  for (const [name, value] of new URLSearchParams(choice)) {
    const controls = [...form.elements].filter((control) => control.name === name)
    for (const control of controls) {
      if (control.type !== "checkbox") control.value = value
      else if (control.value === value) control.checked = false
    }
    if (controls.length || !value) continue
    const input = document.createElement("input")
    Object.assign(input, { type: "hidden", name, value })
    form.append(input)
  }
}

// After an answer the controls show what it says, whatever was clicked before.
function showWhatItSays(form) {
  for (const control of form.elements) {
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = control.defaultChecked
    } else if (control.options) {
      for (const option of control.options) option.selected = option.defaultSelected
    }
  }
}

customElements.define("post-results", PostResults)
