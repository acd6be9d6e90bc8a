// <moment-line data-address="/write/moment"><input name="date"><input name="time"><div role="status" data-moment></div></moment-line>
// Says when a typed time is, there and in UTC, and what is odd about it.

const PAUSE = 300

class MomentLine extends HTMLElement {
  #timer = 0
  #asking = null

  connectedCallback() {
    this.addEventListener("input", this.#plan)
    this.#ask()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }

  #plan = () => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#ask(), PAUSE)
  }

  async #ask() {
    const place = this.querySelector("[data-moment]")
    const [date, time] = ["date", "time"].map((name) => this.querySelector(`[name=${name}]`).value)
    this.#asking?.abort()
    if (!date || !time) return place.replaceChildren()
    const asking = (this.#asking = new AbortController())
    try {
      const query = new URLSearchParams({ date, time })
      const answer = await fetch(`${this.dataset.address}?${query}`, { signal: asking.signal, redirect: "error" })
      if (!answer.ok) return
      const said = new DOMParser().parseFromString(await answer.text(), "text/html")
      place.replaceChildren(...said.body.children)
    } catch {
      // The server says the same when the post is published.
    }
  }
}

customElements.define("moment-line", MomentLine)
