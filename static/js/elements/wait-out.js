// <wait-out data-seconds="8" data-word-over="You can try again now."><button>Sign in</button></wait-out>
// The button counts down; what is spoken is the alert that the page came with, and its end.
class WaitOut extends HTMLElement {
  #timer

  connectedCallback() {
    this.#words = this.#button.textContent
    const end = performance.now() + Number(this.dataset.seconds) * 1000
    this.#button.setAttribute("aria-disabled", "true")
    this.addEventListener("click", this.#hold)
    this.closest("form")?.addEventListener("submit", this.#hold)
    this.#count(end)
    this.#timer = setInterval(() => this.#count(end), 250)
  }

  disconnectedCallback() {
    this.#release()
  }

  #words = ""

  #count(end) {
    const left = Math.ceil((end - performance.now()) / 1000)
    if (left > 0) {
      this.#button.textContent = `${this.#words} (${left})`
      return
    }
    this.#release()
    const alert = this.closest("form")?.querySelector("[role=alert]")
    if (alert) alert.textContent = this.dataset.wordOver
  }

  #release() {
    clearInterval(this.#timer)
    this.#button.textContent = this.#words
    this.#button.removeAttribute("aria-disabled")
    this.removeEventListener("click", this.#hold)
    this.closest("form")?.removeEventListener("submit", this.#hold)
  }

  #hold = (event) => event.preventDefault()

  get #button() {
    return this.querySelector("button")
  }
}

customElements.define("wait-out", WaitOut)
