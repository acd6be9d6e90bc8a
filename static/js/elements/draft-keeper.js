// <draft-keeper data-keep="author-1 post-7" data-login="/login?…" data-word-…="…"><form class="editor">…</form></draft-keeper>
// Saves without leaving the page, keeps what is not saved yet in this browser, and says where it stands.

const PAUSE = 1000
const ADOPTED = ["editor-bar", "editor-alerts", "publish-sheet"]
const NOT_KEPT = new Set(["csrf_token", "version", "image", "when", "date", "time", "save", "mode"])

/** Whether the answer is for somebody whose session has ended. */
async function isSignedOut(answer) {
  // Not parsed: its styles are not those this page admits. Typed text holds no ">" as such.
  return answer.status === 403 && (await answer.clone().text()).includes("data-signed-out>")
}

class DraftKeeper extends HTMLElement {
  #saved = ""
  #saving = false
  #again = false
  #isRenewed = false
  #timer = 0

  connectedCallback() {
    this.#saved = this.dataset.saved ?? this.#typed()
    this.addEventListener("submit", this.#submit)
    this.addEventListener("input", this.#changed)
    document.addEventListener("keydown", this.#key)
    this.addEventListener("click", this.#find)
    addEventListener("beforeunload", this.#warn)
    document.addEventListener("visibilitychange", this.#hidden)
    if (["problem", "unsaved"].includes(this.#state.dataset.kind)) this.#saved = ""
    if (this.#state.dataset.kind === "saved") this.#dropTwin()
    this.#offer()
    this.#lift()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
    removeEventListener("beforeunload", this.#warn)
    document.removeEventListener("visibilitychange", this.#hidden)
    document.removeEventListener("keydown", this.#key)
  }

  get form() {
    return this.querySelector("form")
  }

  get isUnsaved() {
    return this.#typed() !== this.#saved
  }

  /** Save in place; an answer that needs its own page is asked for again and shown. */
  async save() {
    // One save in flight at a time; what was asked for meanwhile follows with the newest text.
    this.#again = this.#saving
    if (this.#saving) return
    this.#saving = true
    const sent = this.#typed()
    this.#say("saving", this.dataset.wordSaving)
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: this.#fields() })
      if (answer.ok && answer.redirected && !this.#isSignIn(answer.url)) {
        this.#settle(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.url, sent)
      } else if (this.#isSignIn(answer.url) || (await isSignedOut(answer))) {
        this.#askToSignIn()
      } else if (answer.status === 413) {
        this.#say("problem", this.dataset.wordTooLong)
      } else if (answer.status === 422 && this.#renew(await answer.clone().text())) {
        // Signed in anew in another tab: the text goes out again with the new token.
        this.#again = true
      } else if ([403, 409, 422].includes(answer.status)) {
        // Nothing was changed by asking once, so asking again shows the same answer as a page.
        this.#leave()
        HTMLFormElement.prototype.submit.call(this.form)
      } else {
        this.#say("problem", this.dataset.wordRefused)
      }
    } catch {
      this.#say("problem", this.dataset.wordOffline)
    }
    this.#saving = false
    if (this.#again && this.isUnsaved) await this.save()
  }

  get #state() {
    return this.querySelector("#editor-state")
  }

  get #slot() {
    return `draft ${this.dataset.keep}`
  }

  #fields() {
    const fields = new FormData(this.form)
    fields.delete("image")
    return fields
  }

  /** Take over the token of an answer that found ours too old, once; false if that was not the matter. */
  #renew(html) {
    const answer = new DOMParser().parseFromString(html, "text/html")
    if (this.#isRenewed || !answer.querySelector("[data-stale]")) return false
    this.form.elements.csrf_token.value = answer.querySelector("[name=csrf_token]").value
    this.#isRenewed = true
    return true
  }

  /** What is typed, as text that can be compared and kept. */
  #typed() {
    const fields = [...new FormData(this.form)].filter(
      ([name, value]) => !NOT_KEPT.has(name) && typeof value === "string",
    )
    return JSON.stringify(fields)
  }

  #submit = (event) => {
    const button = event.submitter
    const isPlainSave = !button || button.id === "save"
    const file = this.form.elements.image
    if (isPlainSave && !file?.value) {
      event.preventDefault()
      this.save()
      return
    }
    this.#keep()
    this.#leave()
  }

  #key = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return
    if (event.key.toLowerCase() === "s" && !event.shiftKey) {
      event.preventDefault()
      this.save()
    }
    if (event.key === "Enter" && !event.shiftKey) {
      const sheet = this.querySelector("#publish-sheet")
      if (!sheet?.popover) return
      event.preventDefault()
      this.#open(sheet)
    }
  }

  // A sheet with something to put right stands in the page; here it can float as it always does.
  #lift() {
    for (const sheet of this.querySelectorAll(".sheet:not([popover])")) {
      if (!sheet.showPopover) return
      sheet.popover = "auto"
      this.#open(sheet)
    }
  }

  #open(sheet) {
    sheet.showPopover()
    const wrong = sheet.querySelector("[aria-invalid=true]")
    const field = wrong ?? sheet.querySelector("input:not([type=hidden]), button")
    field?.focus()
  }

  // A link to a field that is hidden in a sheet opens the sheet.
  #find = (event) => {
    const target = event.target.closest?.('#editor-alerts a[href^="#"]')?.hash.slice(1)
    const field = target && document.getElementById(target)
    const sheet = field?.closest("[popover]")
    if (!sheet || field.checkVisibility()) return
    event.preventDefault()
    this.#open(sheet)
  }

  #changed = (event) => {
    if (event.target.name === "mode") return
    if (this.#saving) {
      // The answer says where things stand.
    } else if (this.isUnsaved) this.#say("unsaved", this.dataset.wordUnsaved)
    else if (this.dataset.keep.endsWith(" new")) this.#say("new", this.dataset.wordNew)
    else this.#say("saved", this.dataset.wordSaved)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#keep(), PAUSE)
  }

  #hidden = () => {
    if (document.visibilityState === "hidden") this.#keep()
  }

  #warn = (event) => {
    if (!this.isUnsaved) return
    this.#keep()
    event.preventDefault()
  }

  /** The page is about to be left on purpose. */
  #leave() {
    removeEventListener("beforeunload", this.#warn)
  }

  #settle(answer, address, sent) {
    this.#isRenewed = false
    const isStill = this.#typed() === sent
    this.#adopt(answer, address)
    const slug = answer.querySelector("form.editor")?.elements.slug
    if (isStill && slug) this.form.elements.slug.value = slug.value
    this.#saved = isStill ? this.#typed() : sent
    if (this.isUnsaved) this.#say("unsaved", this.dataset.wordUnsaved)
    this.#keep()
  }

  /** Take over what the answer knows better: version, address, buttons, notices. */
  #adopt(answer, address) {
    const form = answer.querySelector("form.editor")
    if (!form) return
    const focused = document.activeElement?.id
    this.form.setAttribute("action", form.getAttribute("action"))
    for (const name of ["csrf_token", "version"]) {
      const [ours, theirs] = [this.form.elements[name], form.elements[name]]
      if (ours && theirs) ours.value = theirs.value
    }
    for (const id of ADOPTED) {
      const theirs = answer.getElementById(id)
      if (theirs) this.querySelector(`#${id}`)?.replaceWith(document.importNode(theirs, true))
    }
    this.#readdress(answer)
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus()
    document.title = answer.title
    if (address !== location.href) history.replaceState(null, "", address)
  }

  // A new post has addresses of its own once it is saved.
  #readdress(answer) {
    for (const [mine, name] of [["markdown-editor", "preview"], ["image-adder", "address"]]) {
      const theirs = answer.querySelector(mine)
      if (theirs) this.querySelector(mine).dataset[name] = theirs.dataset[name]
    }
    const adding = answer.getElementById("add-image")
    if (adding) this.querySelector("#add-image").formAction = adding.getAttribute("formaction")
    const keeper = answer.querySelector("draft-keeper")
    if (keeper && keeper.dataset.keep !== this.dataset.keep) {
      this.#forget()
      this.dataset.keep = keeper.dataset.keep
    }
  }

  #isSignIn(address) {
    return new URL(address).pathname === new URL(this.dataset.login, location.href).pathname
  }

  #askToSignIn() {
    this.#keep()
    const link = document.createElement("a")
    link.href = this.dataset.login
    link.target = "_blank"
    link.rel = "noopener"
    link.textContent = this.dataset.wordSignIn
    this.#say("problem", this.dataset.wordSignedOut)
    this.#state.append(" ", link)
  }

  #say(kind, words) {
    const state = this.#state
    if (state.textContent.trim() === words && state.dataset.kind === kind) return
    state.dataset.kind = kind
    state.textContent = words
  }

  // The copy in this browser: until the server has it, and no longer.

  #keep() {
    clearTimeout(this.#timer)
    if (!this.isUnsaved) return this.#forget()
    try {
      localStorage.setItem(this.#slot, JSON.stringify({ at: Date.now(), typed: this.#typed() }))
    } catch {
      this.#say("problem", this.dataset.wordFull)
    }
  }

  #forget() {
    try {
      localStorage.removeItem(this.#slot)
    } catch {
      // Storage is closed to us, so nothing is kept there.
    }
  }

  // A new post that was sent by another button than Save has become this one.
  #dropTwin() {
    const slot = this.#slot.replace(/ post-\d+$/, " new")
    const { title, body } = this.form.elements
    const twin = new Map(JSON.parse(this.#read(slot)?.typed ?? "[]"))
    if (slot === this.#slot || twin.get("title") !== title.value) return
    // Forms send line ends as CR LF; fields hold LF.
    if (twin.get("body")?.replaceAll("\r\n", "\n") === body.value) localStorage.removeItem(slot)
  }

  #read(slot) {
    try {
      return JSON.parse(localStorage.getItem(slot))
    } catch {
      // Storage is closed to us, or holds what we did not write.
      return null
    }
  }

  #offer() {
    const kept = this.#read(this.#slot)
    if (!kept?.typed) return
    if (kept.typed === this.#typed()) {
      if (this.#state.dataset.kind === "saved") this.#forget()
      return
    }
    const when = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" })
    const banner = document.createElement("div")
    banner.className = "banner banner--warning"
    const words = document.createElement("p")
    words.className = "banner__text"
    words.textContent = this.dataset.wordKept.replace("{when}", when)
    banner.append(
      words,
      this.#button(this.dataset.wordRestore, () => this.#restore(kept.typed, banner)),
      this.#button(this.dataset.wordDiscard, () => {
        this.#forget()
        banner.remove()
      }),
    )
    this.querySelector("#editor-alerts").append(banner)
  }

  #button(words, press) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button"
    button.textContent = words
    button.addEventListener("click", press)
    return button
  }

  #restore(typed, banner) {
    for (const [name, value] of JSON.parse(typed)) {
      const field = this.form.elements[name]
      const box = field instanceof RadioNodeList && [...field].find((one) => one.type === "checkbox")
      if (box) box.checked = value === box.value
      if (!field || box || field.value === value) continue
      field.value = value
      field.dispatchEvent(new Event("input", { bubbles: true }))
    }
    banner.remove()
    this.form.elements.body.focus()
  }
}

customElements.define("draft-keeper", DraftKeeper)
