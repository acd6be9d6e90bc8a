// <sign-in-again popover="manual" data-login="…" data-author="7" data-word-…="…"><form>…</form></sign-in-again>
// Signing in over the editor by the real sign-in page, while the text stays as it is.

import { parse } from "../keeping/saving.js"

class SignInAgain extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this.#submit)
    this.querySelector("[data-later]").addEventListener("click", () => this.close())
  }

  get isOpen() {
    return this.matches(":popover-open")
  }

  /** Show it; whoever is typing goes on typing, unless `isAsked`. */
  open({ isAsked = false, problem = "" } = {}) {
    if (!this.isOpen) this.showPopover()
    this.#say(problem)
    const fields = [...this.querySelectorAll("input")]
    if (isAsked) (fields.find((field) => !field.value) ?? fields[0]).focus()
  }

  close() {
    const isWithin = this.contains(document.activeElement)
    if (this.isOpen) this.hidePopover()
    this.#password.value = ""
    if (isWithin) this.dispatchEvent(new Event("left", { bubbles: true }))
  }

  get #password() {
    return this.querySelector("[type=password]")
  }

  #submit = async (event) => {
    event.preventDefault()
    event.stopPropagation()
    const button = event.submitter ?? this.querySelector("button")
    button.setAttribute("aria-busy", "true")
    try {
      await this.#signIn()
    } catch {
      this.#say(this.dataset.wordUnreachable)
    }
    button.removeAttribute("aria-busy")
  }

  async #signIn() {
    const page = await this.#ask({})
    if (this.#isAuthor(page.session)) return this.#arrive(page.session)
    const form = new FormData(this.querySelector("form"))
    const token = page.session?.csrf ?? page.html.querySelector(".sign-in [name=csrf_token]")?.value
    if (!token) return this.#say(this.dataset.wordElsewhere)
    form.set("csrf_token", token)
    const answer = await this.#ask({ method: "POST", body: form })
    if (answer.session) return this.#arrive(answer.session)
    // A second factor is asked for on a page of its own.
    if (!answer.html.querySelector(".sign-in [name=password]")) return this.#say(this.dataset.wordElsewhere)
    const problems = answer.html.querySelectorAll(".sign-in__problem, .sign-in .field__errors")
    this.#say([...problems].map((problem) => problem.textContent.trim().replace(/\s+/g, " ")).join(" "))
    this.#password.select()
  }

  /** What the sign-in page answers: where somebody is signed in, it leads on to who that is. */
  async #ask(request) {
    const headers = { Accept: "application/json, text/html;q=0.9" }
    const answer = await fetch(this.dataset.login, { headers, ...request })
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) return { session: await answer.json() }
    const html = parse(await answer.text())
    if (!html.querySelector(".sign-in")) throw new Error(answer.statusText)
    return { html }
  }

  #arrive(session) {
    if (!this.#isAuthor(session)) {
      return this.open({ isAsked: true, problem: this.dataset.wordOther.replace("{name}", session.name) })
    }
    this.#say("")
    this.dispatchEvent(new CustomEvent("signed-in", { bubbles: true, detail: session }))
    this.close()
  }

  #isAuthor(session) {
    return String(session?.author) === this.dataset.author
  }

  #say(problem) {
    this.querySelector("[role=alert]").textContent = problem
  }
}

customElements.define("sign-in-again", SignInAgain)
