// <edit-link><a href="/write/posts/7" hidden>Edit</a></edit-link>
// The page is the same for everyone: only a browser that has signed in here asks who may edit.
class EditLink extends HTMLElement {
  async connectedCallback() {
    if (!this.#hasSignedIn()) return
    const link = this.querySelector("a")
    try {
      const answer = await fetch(link.href, { method: "HEAD", redirect: "manual" })
      link.hidden = !answer.ok
      // Sent to sign in: the session is over, so the next page need not ask.
      if (answer.type === "opaqueredirect") localStorage.removeItem("author")
    } catch {
      // Without an answer there is no link.
    }
  }

  #hasSignedIn() {
    try {
      return "author" in localStorage
    } catch {
      return false
    }
  }
}

customElements.define("edit-link", EditLink)
