// <copy-code><button>Copy</button>… <pre><code>…</code></pre></copy-code>
const SHOWN = 2000 // milliseconds that the answer stands on the button

class CopyCode extends HTMLElement {
  #button
  #timer

  connectedCallback() {
    this.#button = this.querySelector(".copy-code__button") ?? this.#make()
    this.addEventListener("click", this.#copy)
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    this.removeEventListener("click", this.#copy)
  }

  #make() {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "copy-code__button"
    // A live region holds the word, so that a change of it is spoken.
    const word = document.createElement("span")
    word.setAttribute("role", "status")
    word.textContent = "Copy"
    button.append(word)
    const place = this.querySelector("figcaption, .code-block__head") ?? this
    return place.appendChild(button)
  }

  #copy = async (event) => {
    if (!event.target.closest(".copy-code__button")) return
    try {
      await navigator.clipboard.writeText(this.querySelector("pre").textContent.replace(/\n$/, ""))
      this.#say("Copied")
    } catch {
      getSelection().selectAllChildren(this.querySelector("pre"))
      this.#say("Press Ctrl C")
    }
  }

  #say(word) {
    const status = this.#button.firstElementChild
    status.textContent = word
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { status.textContent = "Copy" }, SHOWN)
  }
}

customElements.define("copy-code", CopyCode)
