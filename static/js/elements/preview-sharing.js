// <a href="/write/posts/7/previews">…</a>
// <preview-sharing><section popover id="share-sheet"><div data-links></div></section></preview-sharing>
// Opens the page of a post's preview links as a sheet, once all that was typed has arrived.

class PreviewSharing extends HTMLElement {
  #address = ""

  connectedCallback() {
    document.addEventListener("click", this.#open)
    this.addEventListener("submit", this.#send)
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#open)
  }

  get #sheet() {
    return this.querySelector("[popover]")
  }

  #open = async (event) => {
    const link = event.target.closest?.('draft-keeper a[href$="/previews"]')
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    this.#address = link.getAttribute("href")
    this.#say("")
    for (const open of document.querySelectorAll("[popover]:popover-open")) open.hidePopover()
    this.#sheet.showPopover()
    await document.querySelector("draft-keeper")?.flush?.()
    await this.#ask()
    this.querySelector("select, button, input:not([type=hidden])")?.focus()
  }

  #send = async (event) => {
    event.preventDefault()
    const form = event.target
    const body = new FormData(form, event.submitter)
    const isRevoked = form.action.endsWith("/revocation")
    // The answer to revoking is the page of links, whose part is asked for by itself.
    await this.#ask({ method: "POST", body }, isRevoked ? form.action : this.#address, isRevoked)
    this.querySelector("#preview-address, select")?.focus()
  }

  async #ask(options = {}, address = this.#address, isFollowed = false) {
    try {
      const answer = await fetch(isFollowed ? address : `${address}?fragment=previews`, options)
      if (!answer.ok && answer.status !== 422) throw new Error(answer.statusText)
      if (isFollowed) return await this.#ask()
      const said = new DOMParser().parseFromString(await answer.text(), "text/html")
      this.querySelector("[data-links]").replaceChildren(...said.body.childNodes)
    } catch {
      this.#say(this.dataset.wordFailed)
    }
  }

  #say(words) {
    this.querySelector("[data-said]").textContent = words
  }
}

customElements.define("preview-sharing", PreviewSharing)
