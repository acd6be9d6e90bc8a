// <draft-keeper data-journal="/write/posts/7/journal" data-author="1" data-word-…="…"><form class="editor">…</form></draft-keeper>
// Never loses a word: what is typed goes at once into this browser's store and, when typing pauses, to the
// server's journal; the state line says where it stands. Ctrl+S saves without leaving the page.

import { KeptTexts } from "../keeping/kept-texts.js"
import { LocalJournal } from "../keeping/local-journal.js"
import { Merges } from "../keeping/merges.js"
import { Notices } from "../keeping/notices.js"
import { OtherTabs, holdOpen, makeId } from "../keeping/open-editors.js"
import { OwnCopy } from "../keeping/own-copy.js"
import { adopt, moveTo, readdress, saveForm } from "../keeping/saving.js"
import { ServerJournal } from "../keeping/server-journal.js"
import { findInSheet, liftSheets, openSheet } from "../keeping/sheets.js"
import { StateLine, clockTime, describeState, isCalm } from "../keeping/state-line.js"
import { TypedForm, copyText } from "../keeping/typed-form.js"

const TICK = 1_000

class DraftKeeper extends HTMLElement {
  #typed
  #journal
  #line
  #local
  #own
  #merges
  #notices
  #texts
  #others
  #post = null
  #client = makeId()

  #isRefused = false
  #ticking = 0
  #savedAt = null
  #came = ""
  #said = ""

  #isSaving = false
  #isAgain = false
  #isSaveWanted = false
  #isRenewed = false
  #isLeaving = false
  #problem = ""

  /** Where parts of the editor send to: of the post, or of none as long as it is new. */
  addresses = {}

  connectedCallback() {
    this.#post = Number(this.dataset.post) || null
    this.addresses = JSON.parse(this.dataset.addresses)
    this.#typed = new TypedForm(this.form, this.#names)
    this.#notices = new Notices(this.querySelector("#kept-notices").content, this.querySelector("#kept"), (words) => this.#line.speak(words))
    this.#line = new StateLine(this)
    this.#came = this.#line.words
    this.#local = new LocalJournal(this.dataset.home)
    this.#journal = this.#openJournal()
    this.#own = this.#openCopy()
    this.#merges = new Merges(this.#notices, this.#typed)
    this.#texts = new KeptTexts(this, this.#local, this.#notices)
    holdOpen(this.#client)
    this.#listen()
    this.#meetOtherTabs()
    liftSheets(this)
    this.#ticking = setInterval(() => this.#paint(), TICK)
    if (this.#journal.isUnsent) this.#changed()
    this.#texts.offer({ ...this.#identity, asked: new URLSearchParams(location.hash.slice(1)).get("kept") })
    this.dataset.isReady = "yes"
  }

  disconnectedCallback() {
    clearInterval(this.#ticking)
    this.#own.stop()
    this.#journal.stop()
    this.#others.leave()
    for (const [target, name, act] of this.#ears) target.removeEventListener(name, act)
  }

  get form() {
    return this.querySelector("form.editor")
  }

  /** The id of the post, null as long as there is none. */
  get post() {
    return this.#post
  }

  get #names() {
    return this.dataset.fields.split(" ")
  }

  get isUnsaved() {
    return this.#journal.isUnsent
  }

  /** What is typed now: `{fields, body}`. */
  read() {
    return this.#typed.read()
  }

  /** Send all typing to the server now; whether it has all of it then, be it beside another text. */
  async flush() {
    this.#own.keep()
    return this.#journal.flush()
  }

  /** Save deliberately, in place; an answer that needs its own page is asked for again and shown. */
  async save() {
    // One save in flight at a time; what was asked for meanwhile follows with the newest text.
    this.#isAgain = this.#isSaving
    if (this.#isSaving) return
    this.#isSaving = true
    this.#problem = ""
    this.#paint()
    await this.flush()
    await this.#saveFlushed()
    this.#isSaving = false
    this.#paint()
    this.#line.speak()
    if (this.#isAgain) await this.save()
  }

  /** Bring back what a closed editor left; elsewhere, if something else is written here. Whether it is here now. */
  async restore(copy) {
    const isHere = copy.post === this.#post && (this.#post !== null || !this.#journal.isUnsent)
    if (!isHere) {
      open(`${copy.address}#kept=${copy.client}`, "_blank", "noopener")
      return false
    }
    // What was typed here since has to be with the server first: it brings both together.
    if (!(await this.flush())) return false
    const text = this.#texts.with(copy)
    if (copy.pending || copy.head !== this.#journal.head) this.#journal.goOn(copy)
    this.#markHead()
    this.#typed.show(text)
    this.#changed()
    if (await this.#own.keep()) this.#local.drop(copy.client)
    this.#typed.focus()
    return true
  }

  // Who this editor is.

  get #identity() {
    const { author, page } = this.dataset
    return { client: this.#client, author: Number(author), post: this.#post, isPage: page === "yes" }
  }

  #openJournal() {
    const { csrf_token: token, head } = this.form.elements
    const known = this.#typed.read()
    const journal = new ServerJournal(
      {
        read: () => this.#typed.read(),
        // Whoever takes back what they typed does not take back what others wrote.
        show: (text) => this.#typed.show(text, { isPassing: true }),
        more: () => ({ version: this.form.elements.version.value, ...(!this.#post && { is_page: this.#identity.isPage }) }),
        renew: () => this.#renew(),
        told: (event, detail) => this.#hear(event, detail),
      },
      {
        address: this.dataset.journal,
        client: this.#client,
        token: token?.value ?? "",
        head: Number(head.value),
        known,
        isNew: !this.#post,
      },
    )
    // A page that answers a refused save shows what was typed, not what is stored.
    const isStored = !["problem", "unsaved"].includes(this.#line.kind)
    if (!isStored) journal.know({ fields: {}, body: null })
    return journal
  }

  // What happens on the page.

  get #ears() {
    return [
      [this, "input", this.#input],
      [this, "submit", this.#submit],
      [this, "click", findInSheet],
      [this, "click", this.#goToSignIn],
      [this, "signed-in", this.#welcome],
      [this, "left", this.#focus],
      [document, "keydown", this.#key],
      [document, "visibilitychange", this.#turn],
      [window, "pagehide", this.#leave],
      [window, "beforeunload", this.#warn],
      [window, "online", this.#retry],
    ]
  }

  #listen() {
    for (const [target, name, act] of this.#ears) target.addEventListener(name, act)
  }

  #input = (event) => {
    // What is typed over the editor, such as a password, is no part of a post.
    if (event.target.form !== this.form && event.target.localName !== "markdown-editor") return
    if (event.target.name === "title" && event.target.value) this.querySelector(".editor__name").textContent = event.target.value
    if (["title", "slug"].includes(event.target.name)) this.#tellAddress()
    this.#changed()
  }

  // The sheet says where the post will be published; what is made from a title, the server makes.
  #tellAddress() {
    const slug = this.form.elements.slug.value.trim()
    for (const place of this.querySelectorAll("[data-address-told]")) {
      place.textContent = slug ? place.dataset.folder + slug : place.dataset.without
    }
  }

  #changed() {
    this.#problem = ""
    this.#journal.changed()
    this.#own.changed()
    this.#paint()
  }

  #submit = async (event) => {
    if (event.target !== this.form || this.#isLeaving) return
    const button = event.submitter
    const isPlainSave = !button || button.id === "save"
    if (!isPlainSave && !this.isUnsaved) return this.#goAway()
    event.preventDefault()
    if (isPlainSave) return this.save()
    const isThere = await this.flush()
    // Without a connection, or signed out, the next page could only say so.
    if (!isThere && ["unreachable", "signed-out"].includes(this.#journal.trouble?.kind)) return
    this.#goAway()
    this.form.requestSubmit(button)
  }

  #key = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
    if (event.key.toLowerCase() === "s") {
      event.preventDefault()
      this.save()
    }
    if (event.key === "Enter") {
      const sheet = this.querySelector("#publish-sheet")
      if (!sheet?.popover || this.#journal.branch) return
      event.preventDefault()
      openSheet(sheet)
    }
  }

  #retry = () => this.flush()

  #focus = () => this.#typed.focus()

  #turn = () => {
    if (document.visibilityState === "hidden") this.#leave()
    else this.#journal.pull()
  }

  #leave = () => {
    this.#journal.flushAtOnce()
    this.#own.keepAtOnce()
  }

  // Asked is only who would lose something: what the server lacks and this browser keeps is offered when the
  // editor is opened again, so leaving costs nothing and a question would be noise. Where the browser keeps
  // nothing (storage refused or full), the page is the only place that has it.
  #warn = (event) => {
    if (this.#isLeaving || !this.isUnsaved) return
    this.#journal.flushAtOnce()
    if (!this.#own.keepAtOnce()) event.preventDefault()
  }

  /** The page is about to be left on purpose, and what is typed goes along. */
  #goAway() {
    this.#isLeaving = true
    // A download, or an answer of 204, leaves the page where it is.
    setTimeout(() => {
      this.#isLeaving = false
    }, TICK)
  }

  // The copy in this browser: until the server has it, and no longer.

  #openCopy() {
    return new OwnCopy(this.#local, this.#client, {
      remainder: () => (this.isUnsaved ? this.#remainder : null),
      isAlone: () => this.#journal.trouble !== null,
      told: (isKept) => this.#tellKept(isKept),
    })
  }

  get #remainder() {
    return {
      ...this.#identity,
      ...this.#journal.remainder,
      title: this.form.elements.title.value,
      address: location.pathname,
      at: Date.now(),
    }
  }

  #tellKept(isKept) {
    this.#isRefused = !isKept
    if (isKept) this.#notices.hide("unkept")
    else this.#notices.show("unkept", { acts: { copy: this.#copyText } })
    this.#paint()
  }

  #copyText = async (button) => {
    await copyText(this.#typed.read().body)
    button.textContent = this.dataset.wordCopied
  }

  // What the journal tells.

  #hear(event, detail) {
    if (event === "created") this.#settleIn(detail)
    if (event === "acknowledged") this.#acknowledge(detail)
    if (event === "merged") this.#merges.tell(detail, this.dataset.name)
    if (event === "conflict") this.#notices.show("conflict", { slots: { who: detail.by } }).querySelector("a").href = detail.address
    this.#paint()
  }

  #settleIn({ post, addresses, version }) {
    readdress(this, this.addresses, addresses)
    this.addresses = addresses
    this.#post = post
    this.#journal.address = addresses.journal
    if (version) this.form.elements.version.value = version
    moveTo(addresses.edit)
  }

  // Whatever sends the form says on which text it was typed.
  #markHead() {
    this.form.elements.head.value = this.#journal.head
  }

  #acknowledge({ version, is_pending: isPending }) {
    const pending = this.querySelector("#pending")
    if (pending && isPending !== undefined) pending.hidden = !isPending
    if (version !== undefined && !this.#journal.branch) this.form.elements.version.value = version
    this.#markHead()
    if (!this.#journal.branch) this.#notices.hide("conflict")
    if (!this.isUnsaved) this.#savedAt = Date.now()
    this.#own.keep()
    this.#others.tell("wrote")
  }

  /** Ask for a token that fits the session, which must be this author's. */
  async #renew() {
    try {
      const answer = await fetch(this.dataset.session, { headers: { Accept: "application/json" } })
      if (answer.status === 401) return "signed-out"
      if (!answer.ok) return "unreachable"
      const session = await answer.json()
      if (String(session.author) !== this.dataset.author) return "signed-out"
      this.#useToken(session.csrf)
      return "renewed"
    } catch {
      return "unreachable"
    }
  }

  #useToken(token) {
    this.#journal.token = token
    for (const field of this.querySelectorAll("form.editor [name=csrf_token]")) field.value = token
  }

  // Signing in again.

  get #signIn() {
    return this.querySelector("sign-in-again")
  }

  #goToSignIn = (event) => {
    if (event.target.closest?.("#sign-in-button")) this.#signIn.open({ isAsked: true })
  }

  #welcome = async ({ detail }) => {
    this.#useToken(detail.csrf)
    const isSaveWanted = this.#isSaveWanted
    this.#isSaveWanted = false
    await this.#journal.resume(detail.csrf)
    if (isSaveWanted) await this.save()
  }

  // A deliberate save.

  async #saveFlushed() {
    const { trouble, branch } = this.#journal
    if (trouble?.kind === "signed-out") return this.#askToSignIn()
    if (branch) return
    if (trouble && ["unreachable", "failing"].includes(trouble.kind)) return
    const sent = this.#typed.read()
    const { outcome, token, page, address } = await saveForm(this.form, this.dataset.login)
    if (outcome === "saved") this.#settle(page, address, sent)
    else if (outcome === "signed-out") {
      this.#journal.signOut()
      this.#askToSignIn()
    } else if (outcome === "stale" && !this.#isRenewed) {
      this.#isRenewed = true
      this.#useToken(token)
      await this.#saveFlushed()
    } else if (outcome === "too-long") this.#problem = this.dataset.wordTooLong
    else if (outcome === "unreachable") this.#problem = this.dataset.wordNotSaved
    else if (outcome === "failing") this.#problem = this.dataset.wordRefused
    else {
      // Nothing was changed by asking once, so asking again shows the same answer as a page.
      this.#goAway()
      HTMLFormElement.prototype.submit.call(this.form)
    }
    this.#isRenewed = false
  }

  // The focus stays where it is: whoever saves in the middle of a sentence goes on with it.
  #askToSignIn() {
    this.#isSaveWanted = true
    this.#signIn?.open()
  }

  #settle(page, address, sent) {
    const form = page.querySelector("form.editor")
    if (!form) return
    adopt(this, this.form, page, address)
    this.#journal.bringIn(new TypedForm(form, this.#names).read(), sent, Number(this.form.elements.head.value))
    this.#markHead()
    this.#savedAt = Date.now()
    this.#own.keep()
  }

  // Where it stands, said.

  #paint() {
    const state = describeState(this.#journal, {
      isSaving: this.#isSaving,
      isKept: !this.#isRefused,
      savedAt: this.#savedAt,
      words: this.dataset,
    })
    // What the server said when the page came is as true as long as nothing else has been saved.
    if (state.kind === "saved" && this.#savedAt === null) state.words = this.#came
    if (this.#problem && isCalm(state.kind)) Object.assign(state, { kind: "problem", words: this.#problem })
    const isNews = this.#line.show(state)
    const said = `${state.kind} ${this.#journal.trouble?.kind}`
    if (said !== this.#said) this.#showNotices(state.kind)
    this.#said = said
    if (!isNews) return
    this.dispatchEvent(new CustomEvent("draft-state", { bubbles: true, detail: { kind: state.kind } }))
  }

  #showNotices(kind) {
    const { trouble } = this.#journal
    const slots = { since: trouble ? clockTime(trouble.since) : "" }
    if (kind === "offline") this.#notices.show("offline", { slots, acts: { copy: this.#copyText } })
    else this.#notices.hide("offline")
    const isStuck = kind === "problem" && ["forbidden", "gone"].includes(trouble?.kind)
    if (isStuck) this.#notices.show(trouble.kind, { key: "stuck", acts: { copy: this.#copyText, anew: () => this.#startAnew() } })
    else if (kind !== "saving") this.#notices.hide("stuck")
    if (kind === "signed-out") this.#signIn?.open()
    const button = this.querySelector("#sign-in-button")
    if (button) button.hidden = kind !== "signed-out"
    for (const one of this.querySelectorAll("#publish-button, [formaction$='/publication']")) one.disabled = kind === "conflict"
  }

  async #startAnew() {
    const addresses = JSON.parse(this.dataset.newAddresses)
    readdress(this, this.addresses, addresses)
    this.addresses = addresses
    this.#post = null
    for (const name of ["version", "slug"]) this.form.elements[name].value = ""
    // What else the page says is about the other post.
    if (await this.#journal.startAnew(addresses.journal)) location.assign(this.addresses.edit)
  }

  // Other tabs.

  #meetOtherTabs() {
    this.#others = new OtherTabs(this.dataset.home, {
      me: () => ({ client: this.#client, post: this.#post }),
      met: (isAny) => (isAny ? this.#notices.show("twin") : this.#notices.hide("twin")),
      wrote: () => document.visibilityState === "visible" && this.#journal.pull(),
    })
  }
}

customElements.define("draft-keeper", DraftKeeper)
