// The editor's form as the journal sees it: fields by name, and the text.

const ON = "y"

export class TypedForm {
  #form
  #names

  /** `names` are the fields that belong to a post; others go with a deliberate save alone. */
  constructor(form, names) {
    this.#form = form
    this.#names = names
  }

  /** What is typed now: `{fields, body}`; a switch is "y" or "". */
  read() {
    const fields = {}
    for (const name of this.#names) {
      const field = this.#form.elements[name]
      if (!field) continue
      const box = boxOf(field)
      fields[name] = box ? (box.checked ? ON : "") : field.value
    }
    return { fields, body: this.#text.value }
  }

  /** Put words into the page; caret, place and undo of what stays are kept. `isPassing`: not to be undone by a key. */
  show({ fields, body }, { isPassing = false } = {}) {
    const now = this.read()
    for (const [name, value] of Object.entries(fields)) {
      if (now.fields[name] === undefined || now.fields[name] === value) continue
      const field = this.#form.elements[name]
      const box = boxOf(field)
      if (box) box.checked = value === ON
      else field.value = value
      ;(box ?? field).dispatchEvent(new Event("input", { bubbles: true }))
    }
    if (body !== now.body) this.#text.replace(body, { isPassing })
  }

  focus() {
    const editor = this.#form.querySelector("markdown-editor")
    ;(editor?.surface ?? this.#form.elements.body).focus()
  }

  // Before its script is there, or where it never comes, the text is in the plain field.
  get #text() {
    const editor = this.#form.querySelector("markdown-editor")
    return editor?.replace ? editor : plain(this.#form.elements.body)
  }
}

/** Put a text on the clipboard; without a safe connection, as browsers did before. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement("textarea")
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand("copy")
  field.remove()
}

/** The box of a switch, which has a hidden field of the same name beside it. */
function boxOf(field) {
  const all = field instanceof RadioNodeList ? [...field] : [field]
  return all.find((one) => one.type === "checkbox")
}

const plain = (field) => ({
  value: field.value,
  replace(text) {
    field.value = text
    field.dispatchEvent(new Event("input", { bubbles: true }))
  },
})
