// <theme-toggle data-word-system="…" data-word-light="…" data-word-dark="…"><button>…</button></theme-toggle>
const NEXT = { system: "light", light: "dark", dark: "system" }
const WORDS = { system: "wordSystem", light: "wordLight", dark: "wordDark" }

class ThemeToggle extends HTMLElement {
  #page = document.documentElement

  connectedCallback() {
    this.#show()
    this.addEventListener("click", this.#turn)
    addEventListener("storage", this.#follow)
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#turn)
    removeEventListener("storage", this.#follow)
  }

  get theme() {
    return this.#page.dataset.theme ?? "system"
  }

  set theme(theme) {
    if (theme === "light" || theme === "dark") this.#page.dataset.theme = theme
    else delete this.#page.dataset.theme
    this.#show()
  }

  #turn = () => {
    this.theme = NEXT[this.theme] ?? "system"
    try {
      if (this.theme === "system") localStorage.removeItem("theme")
      else localStorage.theme = this.theme
    } catch {
      // Storage is closed to us: the choice lasts as long as the page.
    }
  }

  // Another tab of this blog has chosen.
  #follow = (event) => {
    if (event.key === "theme") this.theme = event.newValue ?? "system"
  }

  #show() {
    const button = this.querySelector("button")
    button.dataset.shows = this.theme
    button.setAttribute("aria-label", this.dataset[WORDS[this.theme]])
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.dataset.own ??= meta.content
      meta.content = this.theme === "system" ? meta.dataset.own : meta.dataset[this.theme]
    }
  }
}

customElements.define("theme-toggle", ThemeToggle)
