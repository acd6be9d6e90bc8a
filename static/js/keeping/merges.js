// Words of others that were merged into the text: told, and taken out again.

import { carry } from "./splicing.js"

export class Merges {
  #notices
  #typed

  constructor(notices, typed) {
    this.#notices = notices
    this.#typed = typed
  }

  /** Say whose change came in and where; `before` and `after` are the text without and with it. */
  tell({ by, where, before, after }, ownName) {
    if (!by || same(before, after)) return
    const isOwn = by === ownName
    const place = where?.length ? "" : "-somewhere"
    this.#notices.hide("merged")
    this.#notices.show(`merged${isOwn ? "-own" : ""}${place}`, {
      key: "merged",
      slots: { ...(!isOwn && { who: by }), ...(!place && { where: where.join(", ") }) },
      acts: { undo: () => this.#undo(before, after), close: () => this.#notices.hide("merged") },
    })
  }

  /** Take them out, and leave what was typed since. */
  #undo(before, after) {
    const now = this.#typed.read()
    const body = carry(after.body, before.body, now.body)
    this.#notices.hide("merged")
    if (body === null) {
      const close = () => this.#notices.hide("merged")
      return this.#notices.show("merged-for-good", { key: "merged", acts: { close } })
    }
    const fields = { ...now.fields }
    for (const [name, value] of Object.entries(before.fields)) {
      if (now.fields[name] === after.fields[name]) fields[name] = value
    }
    this.#typed.show({ fields, body })
    this.#typed.focus()
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)
