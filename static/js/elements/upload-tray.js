// <upload-tray data-parts="/write/media/uploads/" data-word-…="…"></upload-tray>
// Files on their way: a card for each says how far it is, and asks what it shows once it is there.

import { TextPlaces } from "../uploads/text-places.js"
import { MOST_BYTES, Upload } from "../uploads/upload.js"

const AT_ONCE = 3

class UploadTray extends HTMLElement {
  #cards = []
  #status = null
  #places = null
  #renewed = ""

  connectedCallback() {
    if (this.#form.matches(".editor")) document.addEventListener("editor-files", this.#hear)
    else this.#form.addEventListener("submit", this.#submit)
    if ("drops" in this.dataset) {
      document.addEventListener("dragover", this.#over)
      document.addEventListener("dragleave", this.#leave)
      document.addEventListener("drop", this.#drop)
    }
    addEventListener("beforeunload", this.#warn)
    this.dataset.ready = ""
  }

  disconnectedCallback() {
    for (const [type, listener] of [
      ["editor-files", this.#hear],
      ["dragover", this.#over],
      ["dragleave", this.#leave],
      ["drop", this.#drop],
    ])
      document.removeEventListener(type, listener)
    removeEventListener("beforeunload", this.#warn)
  }

  /** Send files; with `marker` they come to stand in the text there, in their order. */
  async take(files, { marker = null, alt = "" } = {}) {
    const chosen = [...files]
    if (!chosen.length) return
    const editor = marker && document.querySelector("markdown-editor")
    if (editor) this.#places ??= new TextPlaces(editor, this.dataset.wordUpload)
    const places = editor ? this.#places.open(chosen, marker) : []
    const cards = chosen.map((file, number) => this.#makeCard(file, places[number], alt))
    this.#list.append(...cards.map((card) => card.box))
    this.#cards.push(...cards)
    // A post that is not saved yet is made first, so that its images have a home.
    if (editor) await this.closest("draft-keeper")?.flush()
    this.#go()
  }

  get #form() {
    return this.closest("form")
  }

  get #list() {
    const found = this.querySelector(".upload-tray__list")
    if (found) return found
    const list = make("div", "upload-tray__list", { role: "group", "aria-label": this.dataset.wordName })
    this.#status = make("p", "unseen", { role: "status" })
    this.append(this.#status, list)
    return list
  }

  // What brings files.

  #hear = (event) => {
    if (event.detail?.files) this.take(event.detail.files, { marker: event.detail.marker })
  }

  #submit = (event) => {
    const field = this.#form.querySelector("[type=file]")
    if (!field.files.length) return
    event.preventDefault()
    this.take(field.files)
    field.value = ""
  }

  #over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return
    event.preventDefault()
    this.dataset.over = ""
  }

  #leave = (event) => {
    if (!event.relatedTarget) delete this.dataset.over
  }

  #drop = (event) => {
    delete this.dataset.over
    if (!event.dataTransfer?.files.length) return
    event.preventDefault()
    this.take(event.dataTransfer.files)
  }

  #warn = (event) => {
    if (this.#cards.some(({ upload }) => upload && !upload.isOver)) event.preventDefault()
  }

  // How they go.

  #go() {
    const busy = this.#cards.filter(({ upload, isRunning }) => upload && isRunning).length
    const next = this.#cards.filter(({ upload, isRunning }) => upload?.state === "waiting" && !isRunning)
    for (const card of next.slice(0, Math.max(0, AT_ONCE - busy))) this.#run(card)
  }

  async #run(card) {
    card.isRunning = true
    await card.upload.run()
    card.isRunning = false
    this.#finish(card)
    this.#go()
  }

  #finish(card) {
    const { upload, place } = card
    if (upload.state === "done") {
      if (place) this.#places.show(place, { markdown: this.#markdownOf(card) })
      this.#showDone(card)
    } else {
      place?.clear()
    }
    if (!this.#cards.some((each) => each.upload && !each.upload.isOver)) this.#renewPage()
    this.#say(`${card.file.name}: ${this.#describe(card)}`)
  }

  #markdownOf({ upload: { answer }, alt }) {
    if (!alt) return answer.markdown
    const words = alt.replace(/[[\]\\]/g, "\\$&")
    return answer.markdown.replace(/^!\[(?:[^\]\\]|\\.)*\]/, () => `![${words}]`)
  }

  async #renewToken() {
    try {
      const answer = await fetch(this.dataset.session, { headers: { Accept: "application/json" } })
      if (!answer.ok) return false
      this.#renewed = (await answer.json()).csrf
      return true
    } catch {
      return false
    }
  }

  get #token() {
    return this.#renewed || this.#form.elements.csrf_token?.value || ""
  }

  // The post's number stands in the address of its images; one that was never saved has none.
  get #post() {
    return /\/posts\/(\d+)\/images$/.exec(this.dataset.images ?? "")?.[1] ?? ""
  }

  // What shows them.

  #makeCard(file, place, alt) {
    const card = { file, place, alt, upload: null, isRunning: false }
    card.box = make("div", "upload-tray__card", { "data-state": "waiting" })
    card.frame = make("span", "upload-tray__frame", { "aria-hidden": "true" })
    card.state = make("span", "upload-tray__state")
    card.bar = make("progress", "upload-tray__bar", { max: "100", "aria-label": file.name })
    card.acts = make("span", "upload-tray__acts")
    card.box.append(card.frame, make("span", "upload-tray__name", {}, file.name), card.state, card.acts, card.bar)
    const problem = this.#problemOf(file)
    if (problem) {
      card.problem = problem
      place?.clear()
    } else {
      card.upload = new Upload(file, {
        parts: this.dataset.parts,
        token: () => this.#token,
        renew: () => this.#renewToken(),
        post: () => this.#post,
      })
      card.upload.onchange = () => this.#show(card)
    }
    this.#show(card)
    return card
  }

  #problemOf(file) {
    if (!file.size) return this.dataset.wordEmpty
    return file.size > MOST_BYTES ? this.dataset.wordTooLarge : ""
  }

  #describe({ upload, problem }) {
    const words = this.dataset
    if (problem) return problem
    const percent = String(upload.percent)
    const size = (upload.file.size / 1_000_000).toFixed(1)
    return {
      waiting: words.wordWaiting,
      sending: words.wordSending.replace("{percent}", percent).replace("{size}", size),
      reading: words.wordReading,
      pausing: words.wordAgain.replace("{percent}", percent),
      failed: upload.problem || words.wordFailed.replace("{percent}", percent),
      "signed-out": words.wordSignedOut,
      refused: upload.problem || words.wordKind,
      done: words.wordDone,
      cancelled: words.wordCancel,
    }[upload.state]
  }

  #show(card) {
    const { upload, box, bar, acts } = card
    const state = card.problem ? "refused" : upload.state
    card.state.textContent = this.#describe(card)
    bar.value = upload?.percent ?? 0
    bar.hidden = !["sending", "reading", "pausing", "waiting"].includes(state)
    if (box.dataset.state === state && acts.childElementCount) return
    box.dataset.state = ["failed", "refused", "signed-out"].includes(state) ? "failed" : state
    const canRetry = state === "failed" || state === "signed-out"
    const isOver = canRetry || state === "refused"
    acts.replaceChildren(
      ...(canRetry ? [this.#button("Retry", card, () => this.#retry(card))] : []),
      isOver || state === "done"
        ? this.#button(isOver ? "Remove" : "Close", card, () => this.#remove(card))
        : this.#button("Cancel", card, () => this.#cancel(card)),
    )
  }

  #button(name, { file }, press) {
    const button = make("button", "button button--quiet", { type: "button" }, this.dataset[`word${name}`])
    button.append(make("span", "unseen", {}, ` ${file.name}`))
    button.addEventListener("click", press)
    return button
  }

  #showDone(card) {
    const { answer } = card.upload
    if (answer.isImage) card.frame.append(make("img", "", { src: answer.thumbnail, alt: "" }))
    if (answer.found) card.box.append(make("p", "upload-tray__note", {}, answer.found))
    if (answer.isImage && !answer.alt && !answer.isDecorative && !card.alt) this.#ask(card)
    else if (card.alt) this.#keep(card, { alt: card.alt })
    else if (card.place) this.#remove(card)
  }

  #ask(card) {
    const words = make("div", "upload-tray__words field")
    const id = `alt-${card.upload.answer.id}`
    const label = make("label", "field__label", { for: id }, this.dataset.wordAlt)
    const field = make("input", "field__input", { id, type: "text", maxlength: "1000", autocomplete: "off" })
    const keep = this.#button("Keep", card, () => field.value.trim() && this.#keep(card, { alt: field.value.trim() }))
    const skip = this.#button("Decorative", card, () => this.#keep(card, { alt: "", is_decorative: "y" }))
    const more = make("a", "", { href: card.upload.answer.address, target: "_blank", rel: "noopener" }, this.dataset.wordOpen)
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return
      // The field stands in the form of the text, which it must not send.
      event.preventDefault()
      keep.click()
    })
    keep.classList.remove("button--quiet")
    words.append(label, field, keep, skip, more)
    card.words = words
    card.box.append(words)
  }

  /** Keep what a picture shows: in the text, and in the library for the next time. */
  async #keep(card, said) {
    const { answer } = card.upload
    card.alt = said.alt
    if (said.alt) card.place?.reword(this.#markdownOf(card))
    const words = new FormData()
    for (const [name, value] of Object.entries(said)) words.set(name, value)
    words.set("csrf_token", this.#token)
    try {
      await fetch(answer.address, { method: "POST", body: words, redirect: "manual" })
    } catch {
      // In a text it is kept in any case; the library asks again for what it lacks.
    }
    this.#say(`${card.file.name}: ${this.dataset.wordKept}`)
    this.#remove(card)
  }

  #retry(card) {
    card.upload.state = "waiting"
    if (card.place) this.#places.show(card.place, { isPassing: true })
    this.#show(card)
    this.#go()
  }

  #cancel(card) {
    card.upload.cancel()
    card.place?.clear()
    this.#remove(card)
    this.#go()
  }

  #remove(card) {
    const hadFocus = card.box.contains(document.activeElement)
    if (card.upload && card.upload.state !== "done" && card.upload.state !== "cancelled") card.upload.cancel()
    this.#cards = this.#cards.filter((each) => each !== card)
    card.box.remove()
    if (hadFocus) (this.querySelector("button, input") ?? document.querySelector("#body, #send-files"))?.focus()
    if (!this.#cards.length) this.replaceChildren()
  }

  // The list under the form is as old as the page.
  async #renewPage() {
    const list = document.querySelector("#library-files")
    if (!list) return
    try {
      const answer = await fetch(location.href)
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      const renewed = page.querySelector("#library-files")
      if (renewed) list.replaceChildren(...renewed.childNodes)
    } catch {
      // It is as it was; the next page shows them.
    }
  }

  #say(words) {
    if (this.#status) this.#status.textContent = words
  }
}

function make(name, className, attributes = {}, text = "") {
  const element = document.createElement(name)
  if (className) element.className = className
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.textContent = text
  return element
}

customElements.define("upload-tray", UploadTray)
