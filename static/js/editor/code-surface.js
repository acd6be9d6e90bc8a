// The text in CodeMirror: Markdown in colours. The same surface as plain-surface.js describes.

import * as library from "../../vendor/codemirror-6.43.15.min.js"
import { changesBetween } from "./changes.js"
import { Colours } from "./colours.js"
import { Markers } from "./markers.js"

const { Decoration, EditorState, EditorView, StateEffect, StateField, Transaction } = library
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

const KINDS = {}
for (const kind of ["heading", "strong", "emphasis", "gone", "code", "link", "quote", "mark"]) {
  KINDS[kind] = Decoration.mark({ class: `source__${kind}` })
}

class InColours {
  #colours = new Colours()

  constructor(view) {
    this.marks = this.#made(view)
  }

  update({ changes, docChanged, viewportChanged, view }) {
    if (!docChanged && !viewportChanged) return
    changes.iterChangedRanges((_from, _to, start) => this.#colours.forget(view.state.doc.lineAt(start).number))
    this.marks = this.#made(view)
  }

  #made({ state: { doc }, visibleRanges }) {
    const marks = []
    for (const { from, to } of visibleRanges) {
      this.#colours.show(doc, from, to, (kind, start, end) => start < end && marks.push(KINDS[kind].range(start, end)))
    }
    return Decoration.set(marks, true)
  }
}

// The library's own styles are in no layer, so ours win only among theirs.
const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "transparent", color: "inherit" },
  "&.cm-focused": { outline: "none" },
  // The line at the side of what scrolls shows where the focus is.
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overflow: "auto" },
  ".cm-content": { padding: "var(--text-block) 0", caretColor: "var(--red)", minHeight: "100%" },
  ".cm-line": { padding: "0 var(--text-inline)" },
  ".cm-placeholder": { color: "var(--ink-3)" },
})

const find = StateEffect.define()
const found = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(find)) return effect.value
    return marks.map(transaction.changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

const fromRight = [
  EditorView.perLineTextDirection.of(true),
  EditorView.decorations.of((view) =>
    Decoration.set(
      view.viewportLineBlocks.map((block) =>
        Decoration.line({ attributes: { dir: "auto" } }).range(block.from),
      ),
    ),
  ),
]

export class CodeSurface {
  #field
  #host
  #kept
  #view
  #text = null
  #direction = new library.Compartment()

  /** `attributes` are those of the field one types into; `nonce` lets its styles into the page. */
  constructor(field, host, { attributes, nonce, hint }) {
    this.#host = host
    this.markers = new Markers(this)
    const { selectionStart, selectionEnd } = field
    this.#view = new EditorView({
      state: EditorState.create({
        doc: field.value,
        selection: { anchor: selectionStart, head: selectionEnd },
        extensions: this.#extensions({ attributes, nonce, hint, isFromRight: FROM_RIGHT.test(field.value) }),
      }),
    })
    // The library insists on how its own element is displayed.
    this.box = document.createElement("div")
    this.box.className = "editor__code source"
    this.box.append(this.#view.dom)
    field.after(this.box)
    this.input = this.#view.contentDOM
    this.scroller = this.#view.scrollDOM
    this.#field = field
    // Whoever looks for the text by its id finds where it is typed.
    field.id = `${attributes.id}-plain`
    field.hidden = true
    field.addEventListener("input", this.#told)
    this.#kept = field.value
  }

  /** Give the text back to the field. */
  destroy() {
    const field = this.#field
    const { from, to } = this.selection
    this.keep()
    field.removeEventListener("input", this.#told)
    field.id = this.input.id
    field.hidden = false
    this.#view.destroy()
    this.box.remove()
    field.setSelectionRange(from, to)
  }

  /** Bring the field up to date. */
  keep() {
    if (this.#field.value !== this.text) this.#field.value = this.text
    this.#kept = this.#field.value
  }

  get text() {
    this.#text ??= this.#view.state.doc.toString()
    return this.#text
  }

  get length() {
    return this.#view.state.doc.length
  }

  get isFocused() {
    return this.#view.hasFocus
  }

  get isComposing() {
    return this.#view.composing
  }

  get selection() {
    const { from, to } = this.#view.state.selection.main
    return { from, to }
  }

  slice(from, to) {
    return this.#view.state.sliceDoc(from, to)
  }

  lineAt(at) {
    const { from, to, text } = this.#view.state.doc.lineAt(at)
    return { from, to, text }
  }

  numberAt(at) {
    return this.#view.state.doc.lineAt(at).number
  }

  startOf(number) {
    const { doc } = this.#view.state
    return doc.line(Math.min(Math.max(Math.floor(number), 1), doc.lines)).from
  }

  focus() {
    this.#view.focus()
  }

  select(from, to = from, { isShown = false } = {}) {
    const effects = isShown ? EditorView.scrollIntoView(from, { y: "center" }) : []
    this.#view.dispatch({ selection: { anchor: from, head: to }, effects })
  }

  apply(changes, { select = null, isPassing = false } = {}) {
    const selection = select ? { anchor: select[0], head: select[1] } : undefined
    const annotations = isPassing ? Transaction.addToHistory.of(false) : Transaction.userEvent.of("input")
    this.#view.dispatch({ changes, selection, annotations, scrollIntoView: Boolean(select) })
  }

  boxOf(from, to = from) {
    const box = this.#view.coordsAtPos(from) ?? this.box.getBoundingClientRect()
    const end = to === from ? box : (this.#view.coordsAtPos(to, -1) ?? box)
    return new DOMRect(box.left, box.top, Math.max(0, end.right - box.left), box.bottom - box.top)
  }

  offsetAt(x, y) {
    return this.#view.posAtCoords({ x, y }, false)
  }

  lineAtHeight(height) {
    const { doc } = this.#view.state
    const block = this.#view.lineBlockAtHeight(height - this.#view.documentPadding.top)
    const share = Math.min(1, Math.max(0, (height - this.#view.documentPadding.top - block.top) / block.height))
    return doc.lineAt(block.from).number + share
  }

  heightOf(line) {
    const block = this.#view.lineBlockAt(this.startOf(line))
    return this.#view.documentPadding.top + block.top + (line - Math.floor(line)) * block.height
  }

  mark(ranges, current) {
    const marks = ranges.map(({ from, to }, at) =>
      Decoration.mark({ class: at === current ? "source__found source__found--here" : "source__found" }).range(from, to),
    )
    this.#view.dispatch({ effects: find.of(Decoration.set(marks)) })
  }

  #extensions({ attributes, nonce, hint, isFromRight }) {
    return [
      EditorView.cspNonce.of(nonce),
      library.history(),
      library.keymap.of([
        { key: "Enter", run: () => this.#host.newline() },
        { key: "Alt-ArrowUp", run: library.moveLineUp, shift: library.copyLineUp },
        { key: "Alt-ArrowDown", run: library.moveLineDown, shift: library.copyLineDown },
        ...library.historyKeymap,
        ...library.standardKeymap,
      ]),
      EditorState.lineSeparator.of("\n"),
      EditorState.tabSize.of(4),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ tabindex: "0", ...attributes }),
      EditorView.inputHandler.of((view, from, to, text) => this.#going(view, from, to, text)),
      EditorView.domEventHandlers({ beforeinput: (event, view) => this.#replacing(event, view) }),
      EditorView.updateListener.of((update) => update.docChanged && this.#changed(update)),
      library.placeholder(hint),
      library.ViewPlugin.fromClass(InColours, { decorations: (colours) => colours.marks }),
      this.#direction.of(isFromRight ? fromRight : []),
      found,
      LOOK,
    ]
  }

  #going(view, from, to, text) {
    const { main } = view.state.selection
    return !view.composing && from === main.from && to === main.to && this.#host.typing(text)
  }

  // Typed over a selection, Chromium styles what it puts together by attributes, which the policy
  // refuses and reports.
  #replacing(event, view) {
    const { from, to } = view.state.selection.main
    if (event.inputType !== "insertText" || from === to || !event.cancelable || view.composing) return false
    event.preventDefault()
    if (!this.#host.typing(event.data)) {
      view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true })
    }
    return true
  }

  #changed(update) {
    this.#text = null
    const changes = []
    update.changes.iterChanges((from, to, _start, _end, inserted) => {
      changes.push({ from, to, insert: inserted.toString() })
    })
    this.markers.carry(changes)
    if (changes.some(({ insert }) => FROM_RIGHT.test(insert))) this.#turnLines()
    const isTyped = update.transactions.some((one) => one.isUserEvent("input.type"))
    this.#host.changed(isTyped ? (changes[0]?.insert ?? null) : null)
  }

  // Somebody has written into the field, unseen as it is: a tool of the browser, say.
  #told = () => {
    if (this.#field.value === this.#kept) return
    this.#kept = this.#field.value
    this.apply(changesBetween(this.text, this.#kept))
  }

  // Which way a line runs is asked only where one may run from the right: asking costs.
  #turnLines() {
    if (this.#direction.get(this.#view.state)?.length) return
    // Not within an update.
    queueMicrotask(() =>
      this.#view.dispatch({ effects: this.#direction.reconfigure(fromRight) }),
    )
  }
}
