// What is pasted or dropped: files to whoever sends them, tables and formatting as Markdown, an address as a link.

import { insert } from "./commands.js"
import { inUse, whenUsed } from "./using.js"

const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i
const MOST = 1_000_000

export class Pasting {
  #host
  #isPlain = false
  #line = null

  /** `host` is the markdown-editor. */
  constructor(host) {
    this.#host = host
    host.addEventListener("keydown", this.#key, true)
    host.addEventListener("paste", this.#paste, true)
    host.addEventListener("dragover", this.#over)
    host.addEventListener("dragleave", this.#leave)
    host.addEventListener("drop", this.#drop, true)
  }

  stop() {
    this.#leave()
    this.#host.removeEventListener("keydown", this.#key, true)
    this.#host.removeEventListener("paste", this.#paste, true)
    this.#host.removeEventListener("dragover", this.#over)
    this.#host.removeEventListener("dragleave", this.#leave)
    this.#host.removeEventListener("drop", this.#drop, true)
  }

  // Ctrl+Shift+V: what comes is text and nothing else.
  #key = (event) => {
    this.#isPlain = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v"
  }

  #paste = (event) => {
    const { surface } = this.#host
    if (!surface.box.contains(event.target)) return
    const wasPlain = this.#isPlain
    this.#isPlain = false
    const held = event.clipboardData
    const text = held.getData("text/plain")
    if (!wasPlain && held.files.length && !text) {
      this.#take(event, held.files, surface.selection.to)
      return
    }
    if (wasPlain || this.#host.isInCode()) return
    const html = held.getData("text/html")
    const address = text.trim()
    if (ADDRESS.test(address)) return this.#put(event, this.#link(address))
    if (html.length > MOST || !(html || text.includes("\t"))) return
    const reader = inUse()
    if (reader) this.#put(event, reader.markdownOf(text, html))
    else this.#putLater(event, text, html)
  }

  /** What is selected as a link to an address; null where it makes none. */
  #link(address) {
    const { surface } = this.#host
    const { from, to } = surface.selection
    const words = surface.slice(from, to)
    if (!words.trim() || /[\n[\]]/.test(words) || ADDRESS.test(words)) return null
    return `[${words}](${/[()]/.test(address) ? `<${address}>` : address})`
  }

  // Null is the text as it is, which the surface puts in by itself.
  #put(event, words) {
    if (words === null) return
    event.preventDefault()
    event.stopPropagation()
    insert(this.#host.surface, words)
  }

  // What reads formatting is still on its way; where it does not come, the text goes in as it is.
  async #putLater(event, text, html) {
    event.preventDefault()
    event.stopPropagation()
    const { from, to } = this.#host.surface.selection
    const marker = this.#host.track(from, to)
    const reader = await whenUsed().catch(() => null)
    marker.replaceWith(reader?.markdownOf(text, html) ?? text.replace(/\r\n?/g, "\n"))
    this.#host.surface.select(marker.end)
    marker.forget()
  }

  #over = (event) => {
    if (!event.dataTransfer.types.includes("Files") || !this.#isOverText(event)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = "copy"
    this.#show(this.#placeOf(event))
  }

  #leave = () => {
    this.#line?.remove()
    this.#line = null
  }

  #drop = (event) => {
    this.#leave()
    if (!event.dataTransfer.files.length || !this.#isOverText(event)) return
    this.#take(event, event.dataTransfer.files, this.#placeOf(event))
  }

  #take(event, files, at) {
    event.preventDefault()
    event.stopPropagation()
    const marker = this.#host.track(at)
    const detail = { files: [...files], marker }
    const tell = () => this.#host.dispatchEvent(new CustomEvent("editor-files", { bubbles: true, detail }))
    if (inUse()) tell()
    else whenUsed().then(tell, () => this.#host.say(this.#host.dataset.wordMissing))
  }

  #isOverText(event) {
    return this.#host.surface.box.contains(event.target)
  }

  // Files go between lines.
  #placeOf(event) {
    const { surface } = this.#host
    return surface.lineAt(surface.offsetAt(event.clientX, event.clientY)).to
  }

  #show(at) {
    const { surface } = this.#host
    this.#line ??= document.createElement("div")
    this.#line.className = "editor__drop"
    const [place, frame] = [surface.boxOf(at), surface.box.getBoundingClientRect()]
    this.#line.style.top = `${Math.min(place.bottom, frame.bottom) + 2}px`
    this.#line.style.left = `${frame.left}px`
    this.#line.style.width = `${frame.width}px`
    if (!this.#line.isConnected) this.#host.append(this.#line)
  }
}
