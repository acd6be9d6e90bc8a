// What closed editors left in this browser, offered to their author: bring it back, or discard it.

import { describe } from "./differences.js"
import { openEditors } from "./open-editors.js"
import { dateLanguage } from "./state-line.js"

const WORDS = 12

export class KeptTexts {
  #keeper
  #local
  #notices

  /** `keeper` gives `read()`, `restore(copy)` and knows which `post` it writes; null is a new one. */
  constructor(keeper, local, notices) {
    this.#keeper = keeper
    this.#local = local
    this.#notices = notices
  }

  /** Offer what belongs here; on a new post, all that is unfinished in this browser. */
  async offer({ author, post, isPage, client, asked }) {
    const open = await openEditors()
    const copies = []
    for (const copy of await this.#local.list(author)) {
      if (copy.client === client || open.has(copy.client)) continue
      if (copy.discarded || (copy.post === post && this.#isHere(copy))) this.#local.drop(copy.client)
      else copies.push(copy)
    }
    const chosen = copies.find((copy) => copy.client === asked)
    if (chosen) return this.#keeper.restore(chosen)
    if (post !== null) return copies.filter((copy) => copy.post === post).forEach((copy) => this.#offerHere(copy))
    this.#list(copies.filter((copy) => copy.post !== null || copy.isPage === isPage))
  }

  /** What the page would say with a copy brought back. */
  with(copy) {
    const now = this.#keeper.read()
    return { fields: { ...now.fields, ...copy.fields }, body: copy.body ?? now.body }
  }

  #isHere(copy) {
    const [now, then] = [this.#keeper.read(), this.with(copy)]
    return now.body === then.body && Object.keys(now.fields).every((name) => now.fields[name] === then.fields[name])
  }

  #offerHere(copy) {
    const now = this.#keeper.read()
    const fields = Object.keys(copy.fields).filter((name) => now.fields[name] !== copy.fields[name])
    this.#notices.show("copy", {
      key: copy.client,
      slots: { when: moment(copy.at), difference: differenceOf(now, this.with(copy), fields) },
      acts: this.#acts(copy),
    })
  }

  #list(copies) {
    if (!copies.length) return
    const list = this.#notices.show("texts", { slots: { number: String(copies.length) } }).querySelector("ul")
    for (const copy of copies) {
      const name = copy.fields.title || copy.title || (copy.body ?? "").split(/\s+/).slice(0, WORDS).join(" ")
      const text = this.#notices.show(copy.post === null ? "text" : "text-of-post", {
        key: copy.client,
        slots: { name: name || "…", when: moment(copy.at), ...(copy.post === null && { text: copy.body ?? "" }) },
        acts: this.#acts(copy),
        place: list,
      })
      const link = text.querySelector("a")
      if (link) link.href = copy.address
    }
  }

  #acts(copy) {
    return {
      restore: () => this.#restore(copy),
      discard: () => this.#discard(copy),
    }
  }

  async #restore(copy) {
    if (await this.#keeper.restore(copy)) this.#remove(copy)
  }

  // It is gone for good when an editor is opened the next time.
  #discard(copy) {
    this.#local.keep({ ...copy, discarded: true })
    const offer = this.#notices.find(copy.client)
    const [parts, focused] = [[...offer.childNodes], document.activeElement]
    const undo = this.#notices.show("discarded", {
      key: `discarded ${copy.client}`,
      acts: {
        undo: () => {
          this.#local.keep(copy)
          offer.replaceChildren(...parts)
          focused?.focus()
        },
      },
    })
    offer.replaceChildren(undo)
    undo.querySelector("button").focus()
  }

  #remove(copy) {
    const offer = this.#notices.find(copy.client)
    const list = offer?.closest("[data-key=texts]")
    offer?.remove()
    if (list && !list.querySelector("li")) list.remove()
  }
}

const moment = (at) =>
  new Date(at).toLocaleString(dateLanguage(), { dateStyle: "medium", timeStyle: "short" })

/** Lines as they are drawn: what is struck is in the page, what is underlined comes back. */
function differenceOf(now, then, fields) {
  const lines = []
  for (const name of fields) {
    lines.push(line({ kind: "same", spans: [{ text: labelOf(name), changed: false }] }))
    lines.push(...describe(now.fields[name], then.fields[name]).map(line))
  }
  return [...lines, ...describe(now.body, then.body).map(line)]
}

const labelOf = (name) => document.querySelector(`label[for="${name}"]`)?.textContent ?? name

function line({ kind, spans, count }) {
  const element = document.createElement("p")
  element.className = `kept-text__line kept-text__line--${kind}`
  if (kind === "skipped") element.textContent = `… ${count} …`
  for (const { text, changed } of spans) {
    const span = document.createElement(!changed ? "span" : kind === "removed" ? "del" : "ins")
    span.textContent = text
    element.append(span)
  }
  return element
}
