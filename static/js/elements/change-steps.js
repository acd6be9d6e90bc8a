// <change-steps data-last="12" data-word-at="Change {number} of {all}" …><a href="#change-1">First</a> <span role="status">…</span></change-steps>
// Steps through the changes of a compared page: opens what is folded around one, and focuses it.
const LONGEST_HEARD = 200

class ChangeSteps extends HTMLElement {
  #at = 0

  connectedCallback() {
    if (this.querySelector("[data-step]")) return
    const first = this.querySelector("a")
    const previous = this.#button(this.dataset.wordPrevious, -1)
    const next = this.#button(this.dataset.wordNext, 1)
    first.replaceWith(previous, next)
    this.dataset.ready = ""
  }

  step(by) {
    const last = Number(this.dataset.last)
    this.#at = (this.#at + by + last - 1 + (this.#at ? 0 : by < 0)) % last + 1
    const change = document.getElementById(`change-${this.#at}`)
    document.querySelector(".page-diff [aria-current]")?.removeAttribute("aria-current")
    change.closest("details")?.setAttribute("open", "")
    change.setAttribute("aria-current", "true")
    change.scrollIntoView({ block: "center" })
    const words = this.dataset.wordAt.replace("{number}", this.#at).replace("{all}", last)
    const heard = document.createElement("span")
    heard.className = "unseen"
    heard.textContent = `: ${textAt(change)}`
    this.querySelector("[role=status]").replaceChildren(words, heard)
  }

  #button(words, by) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button"
    button.dataset.step = by
    button.textContent = words
    button.addEventListener("click", () => this.step(by))
    return button
  }
}

// What was taken out, and what stands in its place.
function textAt(change) {
  const other = change.nextElementSibling
  const both = change.matches("del") && other?.matches("ins:not([id])") ? [change, other] : [change]
  return both.map((each) => each.textContent.trim().replace(/\s+/g, " ").slice(0, LONGEST_HEARD)).join(" ")
}

customElements.define("change-steps", ChangeSteps)
