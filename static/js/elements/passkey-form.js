// <passkey-form hidden data-begin="/login/passkey/challenge" data-act="get" data-word-…="…"><form>…</form></passkey-form>
// A button that asks the browser for a passkey ("get") or for a new one ("create"), and sends its
// answer as the form does. With data-autofill, passkeys are among what the browser offers to fill in.

// Before the server forgets a challenge that waits in a field's menu.
const RENEWED = 8 * 60_000

class PasskeyForm extends HTMLElement {
  #waiting
  #timer

  connectedCallback() {
    if (this.#isAble) this.#tidyUp()
    if (!this.#form) return
    this.hidden = !this.#isAble && !this.dataset.wordUnable
    if (!this.#isAble) return this.#say(this.dataset.wordUnable ?? "")
    this.#form.addEventListener("submit", this.#submit)
    this.#button.disabled = false
    if (this.hasAttribute("data-autofill")) this.#offer()
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    this.#form?.removeEventListener("submit", this.#submit)
    this.#stop()
  }

  get #isAble() {
    return Boolean(window.PublicKeyCredential && navigator.credentials)
  }

  get #form() {
    return this.querySelector("form")
  }

  get #button() {
    return this.querySelector("button")
  }

  #submit = async (event) => {
    event.preventDefault()
    this.#stop()
    this.#say("")
    this.#button.setAttribute("aria-busy", "true")
    try {
      const begun = await this.#begin()
      if (begun) this.#send(begun.step, await this.#ask(begun.options))
    } catch (problem) {
      this.#say(this.#inWords(problem))
      if (this.hasAttribute("data-autofill")) this.#offer()
    }
    this.#button.removeAttribute("aria-busy")
  }

  /** Let the browser name passkeys where it fills in who signs in (conditional mediation). */
  async #offer() {
    if (!(await window.PublicKeyCredential.isConditionalMediationAvailable?.())) return
    this.#waiting = new AbortController()
    this.#timer = setTimeout(() => {
      this.#stop()
      this.#offer()
    }, RENEWED)
    const { signal } = this.#waiting
    try {
      const begun = await this.#begin()
      if (!begun || signal.aborted) return
      this.dataset.offered = ""
      this.#send(begun.step, await this.#ask(begun.options, { mediation: "conditional", signal }))
    } catch {
      // Nobody asked for anything: the button is still there.
    }
  }

  #stop() {
    clearTimeout(this.#timer)
    this.#waiting?.abort()
    this.#waiting = undefined
  }

  /** The challenge; nothing where the browser is on its way to another page. */
  async #begin() {
    const body = new FormData()
    body.set("csrf_token", this.#form.elements.csrf_token.value)
    const answer = await fetch(this.dataset.begin, { method: "POST", body, headers: { Accept: "application/json" } })
    const said = await answer.json().catch(() => ({}))
    if (said.confirm || answer.redirected) return void location.reload()
    if (!answer.ok) throw new Error(said.problem)
    return said
  }

  #ask(options, more = {}) {
    const publicKey = { ...options, challenge: bytes(options.challenge) }
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (options[list]) publicKey[list] = options[list].map((known) => ({ ...known, id: bytes(known.id) }))
    }
    if (options.user) publicKey.user = { ...options.user, id: bytes(options.user.id) }
    return navigator.credentials[this.dataset.act]({ publicKey, ...more })
  }

  #send(step, credential) {
    const { response } = credential
    const said = { clientDataJSON: text(response.clientDataJSON) }
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[part]) said[part] = text(response[part])
    }
    if (response.getTransports) said.transports = response.getTransports()
    const { id, type } = credential
    this.#form.elements.step.value = step
    this.#form.elements.response.value = JSON.stringify({ id, rawId: id, type, response: said })
    this.#form.submit()
  }

  /** Tell the browser which passkeys are of no use here any more, where it listens. */
  #tidyUp() {
    const { unknown, party: rpId, user: userId, accepted } = this.dataset
    const ignored = () => {}
    if (unknown) window.PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId: unknown }).catch(ignored)
    if (!userId) return
    const allAcceptedCredentialIds = accepted.split(" ").filter(Boolean)
    window.PublicKeyCredential.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds }).catch(ignored)
  }

  #inWords(problem) {
    const { wordGivenUp, wordThere, wordElsewhere, wordFailed } = this.dataset
    const words = { NotAllowedError: wordGivenUp, InvalidStateError: wordThere, SecurityError: wordElsewhere }
    return words[problem.name] ?? wordFailed
  }

  #say(words) {
    this.querySelector("[role=alert]").textContent = words
  }
}

function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("")
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
}

customElements.define("passkey-form", PasskeyForm)
