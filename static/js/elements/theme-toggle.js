// <theme-toggle class="theme-toggle" data-word-system="…" data-word-light="…" data-word-dark="…"></theme-toggle>
// Light, dark, or as the system is. Without scripts there is no choice, so there is no button.
const NEXT = { system: "light", light: "dark", dark: "system" }
const SHAPES = {
  system: '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>',
  light: '<circle cx="12" cy="12" r="4.2"/><path d="M12 2.5v2.4M12 19.1v2.4M2.5 12h2.4M19.1 12h2.4M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7"/>',
  dark: '<path d="M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z"/>',
}
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
    const button = this.querySelector("button") ?? this.appendChild(document.createElement("button"))
    button.type = "button"
    button.className = "header__icon"
    button.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${SHAPES[this.theme]}</svg>`
    button.setAttribute("aria-label", this.dataset[WORDS[this.theme]])
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.dataset.own ??= meta.content
      meta.content = this.theme === "system" ? meta.dataset.own : meta.dataset[this.theme]
    }
  }
}

customElements.define("theme-toggle", ThemeToggle)
