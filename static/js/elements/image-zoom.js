// <image-zoom>… <a class="prose__image" href="large.png"><img></a> … <dialog class="image-zoom">…</dialog></image-zoom>
// Shows a picture large over the page; the dialog closes by Escape and gives the focus back.
const PICTURES = ".prose__image, [data-zoom]"

class ImageZoom extends HTMLElement {
  #dialog

  connectedCallback() {
    this.#dialog = this.querySelector("dialog")
    if (!this.#dialog) return

    for (const link of this.#links) link.setAttribute("aria-haspopup", "dialog")
    document.addEventListener("click", this.#open)
    this.#dialog.addEventListener("click", this.#close)
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#open)
    this.#dialog?.removeEventListener("click", this.#close)
  }

  get #links() {
    return document.querySelectorAll(PICTURES)
  }

  #open = (event) => {
    const link = event.target.closest?.(PICTURES)
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    // Alone, without the smaller versions around it: this is the place for the largest.
    const image = link.querySelector("img").cloneNode()
    image.src = link.href
    image.loading = "eager"
    const figure = document.createElement("figure")
    figure.append(image)
    const caption = link.closest("figure")?.querySelector("figcaption")
    if (caption) figure.append(caption.cloneNode(true))
    this.#dialog.querySelector("figure")?.remove()
    this.#dialog.append(figure)
    this.#dialog.setAttribute("aria-label", image.alt)
    this.#dialog.showModal()
  }

  #close = (event) => {
    // Beside the picture, or on it: whoever has looked wants to go back to the text.
    if (!event.target.closest("form")) this.#dialog.close()
  }
}

customElements.define("image-zoom", ImageZoom)
