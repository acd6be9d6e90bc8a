// <look-preview data-form="settings" data-address="…/preview" data-title="Preview">…</look-preview>
// Sends the form as it stands into a frame beside it, whenever it changes. Each answer comes
// in a frame of its own, so the last one stays until it is there, and Back knows nothing of it.
const PAUSE = 500 // milliseconds without a change

class LookPreview extends HTMLElement {
  #form
  #page = "listing"
  #timer
  #number = 0

  connectedCallback() {
    this.#form = document.getElementById(this.dataset.form)
    this.#form.addEventListener("input", this.#soon)
    this.#form.addEventListener("change", this.#soon)
    this.addEventListener("click", this.#choose)
    this.#wide.addEventListener("change", this.#show)
    addEventListener("blur", this.#mark)
    addEventListener("focus", this.#mark)
    this.#show()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.#form.removeEventListener("input", this.#soon)
    this.#form.removeEventListener("change", this.#soon)
    this.removeEventListener("click", this.#choose)
    this.#wide.removeEventListener("change", this.#show)
    removeEventListener("blur", this.#mark)
    removeEventListener("focus", this.#mark)
  }

  #wide = matchMedia("(min-width: 80rem)")

  // What has the focus inside of a frame is no :focus-within of the page around it.
  #mark = () => {
    const stage = this.querySelector(".look-preview__stage")
    stage.toggleAttribute("data-focused", stage.contains(document.activeElement))
  }

  #soon = () => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#show, PAUSE)
  }

  #choose = (event) => {
    const button = event.target.closest("[data-page]")
    if (!button) return
    this.#page = button.dataset.page
    for (const each of this.querySelectorAll("[data-page]")) each.setAttribute("aria-pressed", each === button)
    this.#show({ fromTop: true })
  }

  #show = ({ fromTop } = {}) => {
    if (!this.#wide.matches) return
    const stage = this.querySelector(".look-preview__stage")
    const before = stage.querySelector("iframe:not([data-waiting])")
    for (const late of stage.querySelectorAll("[data-waiting]")) late.remove()
    const frame = document.createElement("iframe")
    frame.className = "look-preview__frame"
    frame.name = `look-preview-${++this.#number}`
    frame.title = this.dataset.title
    frame.dataset.waiting = ""
    stage.append(frame)
    this.#send(frame.name)
    frame.addEventListener("load", () => {
      if (!frame.isConnected || frame.contentWindow.location.href === "about:blank") return
      if (before && !fromTop) frame.contentWindow.scrollTo(0, before.contentWindow.scrollY)
      delete frame.dataset.waiting
      before?.remove()
    })
  }

  #send(target) {
    const button = Object.assign(document.createElement("button"), {
      name: "page",
      value: this.#page,
      formAction: this.dataset.address,
      formTarget: target,
      formNoValidate: true,
      hidden: true,
    })
    this.#form.append(button)
    this.#form.requestSubmit(button)
    button.remove()
  }
}

customElements.define("look-preview", LookPreview)
