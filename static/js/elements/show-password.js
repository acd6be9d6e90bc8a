// <show-password data-word-show="Show" data-word-hide="Hide" data-word-about="Show the password"><input type="password"></show-password>
class ShowPassword extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".show-password__button")) return
    const button = document.createElement("button")
    button.type = "button"
    button.className = "show-password__button"
    button.textContent = this.dataset.wordShow
    button.setAttribute("aria-label", this.dataset.wordAbout)
    button.setAttribute("aria-pressed", "false")
    button.addEventListener("click", () => this.show(this.#field.type === "password"))
    // What is sent is a password again, for whoever keeps passwords.
    this.#field.form?.addEventListener("submit", () => this.show(false))
    this.querySelector(".field").append(button)
    this.toggleAttribute("data-ready", true)
  }

  show(isShown) {
    const button = this.querySelector(".show-password__button")
    this.#field.type = isShown ? "text" : "password"
    button.setAttribute("aria-pressed", String(isShown))
    button.textContent = isShown ? this.dataset.wordHide : this.dataset.wordShow
  }

  get #field() {
    return this.querySelector("input")
  }
}

customElements.define("show-password", ShowPassword)
