// <time-line data-numbers="3,,1">bars, a slider</time-line>: each bar leads to its month. Where
// months are too narrow to be told apart, a pointer chooses years.
const NARROWEST = 5 // pixels

class TimeLine extends HTMLElement {
  #at = -1

  connectedCallback() {
    this.addEventListener("pointermove", this.#point)
    this.addEventListener("pointerleave", this.#leave)
    this.addEventListener("click", this.#press)
    this.addEventListener("keydown", this.#key)
    this.addEventListener("focusin", this.#focus)
    this.addEventListener("focusout", this.#leave)
  }

  get #numbers() {
    return this.dataset.numbers.split(",").map(Number)
  }

  get #slider() {
    return this.querySelector(".timeline__slider")
  }

  // In a year's own place its months are all there is, however narrow.
  get #isByYear() {
    const months = this.#numbers.length
    return months > 12 && this.clientWidth / months < NARROWEST
  }

  get #isMirrored() {
    return this.matches(":dir(rtl)")
  }

  #under(event) {
    const box = this.getBoundingClientRect()
    const along = this.#isMirrored ? box.right - event.clientX : event.clientX - box.left
    const month = Math.floor((along / box.width) * this.#numbers.length)
    return Math.min(Math.max(month, 0), this.#numbers.length - 1)
  }

  #point = (event) => {
    const month = this.#under(event)
    this.#show(this.#isByYear ? month - (month % 12) : month, this.#isByYear ? 12 : 1)
  }

  #press = (event) => {
    if (event.target.closest("a")) return
    const month = this.#under(event)
    this.#choose(this.#isByYear ? month - (month % 12) : month, this.#isByYear ? 12 : 1)
  }

  #focus = () => {
    this.#at = Number(this.#slider.getAttribute("aria-valuenow"))
    this.#show(this.#at, 1)
  }

  // Months without posts are passed over: there is nothing to choose.
  #key = (event) => {
    const numbers = this.#numbers
    const right = this.#isMirrored ? -1 : 1
    const step = { ArrowLeft: -right, ArrowRight: right, ArrowDown: -1, ArrowUp: 1, PageDown: -12, PageUp: 12 }[event.key]
    let to = this.#at
    if (event.key === "Enter" || event.key === " ") this.#choose(this.#at, 1)
    else if (event.key === "Home") to = numbers.findIndex(Boolean)
    else if (event.key === "End") to = numbers.findLastIndex(Boolean)
    else if (step) to = next(numbers, this.#at, step)
    else return
    event.preventDefault()
    if (to < 0) return
    this.#at = to
    this.#show(to, 1)
  }

  #leave = () => {
    if (!this.contains(document.activeElement)) this.removeAttribute("data-at")
    else this.#show(this.#at, 1)
  }

  #show(month, length) {
    const numbers = this.#numbers
    const words = this.#words(month, length, sum(numbers, month, length))
    this.dataset.at = ""
    this.style.setProperty("--at", `${((month + length / 2) / numbers.length) * 100}%`)
    this.style.setProperty("--wide", `${(length / numbers.length) * 100}%`)
    this.querySelector(".timeline__said").textContent = words
    const slider = this.#slider
    slider.setAttribute("aria-valuenow", month)
    slider.setAttribute("aria-valuetext", words)
  }

  #words(month, length, posts) {
    const year = Number(this.dataset.first) + Math.floor(month / 12)
    const style = length > 1 ? { year: "numeric" } : { month: "long", year: "numeric" }
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { ...style, timeZone: "UTC" })
      .format(new Date(Date.UTC(year, month % 12)))
    return (posts === 1 ? this.dataset.wordOne : this.dataset.wordMany)
      .replace("{when}", when).replace("{number}", posts.toLocaleString(document.documentElement.lang))
  }

  // By a link, as the labels do: the form hears of it, and without one the page changes.
  #choose(month, length) {
    if (!sum(this.#numbers, month, length)) return
    const link = document.createElement("a")
    const asked = new URLSearchParams()
    if (!("fixed" in this.dataset)) asked.set("year", Number(this.dataset.first) + Math.floor(month / 12))
    if (length === 1) asked.set("month", (month % 12) + 1)
    link.href = `${this.dataset.anytime}${this.dataset.anytime.includes("?") ? "&" : "?"}${asked}`
    link.dataset.choice = new URLSearchParams({ year: "", month: "", ...Object.fromEntries(asked) })
    link.hidden = true
    this.append(link)
    link.click()
    link.remove()
  }
}

function sum(numbers, month, length) {
  return numbers.slice(month, month + length).reduce((all, number) => all + number, 0)
}

// The nearest month with posts, at least `step` months on; where there is none, as far as it goes.
function next(numbers, at, step) {
  for (let to = at + step; to >= 0 && to < numbers.length; to += Math.sign(step)) if (numbers[to]) return to
  const end = step < 0 ? numbers.findIndex(Boolean) : numbers.findLastIndex(Boolean)
  return Math.sign(end - at) === Math.sign(step) ? end : at
}

customElements.define("time-line", TimeLine)
