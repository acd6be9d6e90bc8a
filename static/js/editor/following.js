// Text and preview stand at the same place: lines of the one are at known heights of the other.

const LEADING = ["wheel", "touchstart", "pointerdown", "keydown", "focusin"]

export class Following {
  #host
  #preview
  #places = null
  #isLed = false
  #frame = 0

  /** `host` is the markdown-editor, `preview` its pane; `host.stands(line)` hears where one is. */
  constructor(host, preview) {
    this.#host = host
    this.#preview = preview
    this.isOn = true
    preview.addEventListener("scroll", this.#scrolled)
    for (const kind of LEADING) {
      host.addEventListener(kind, this.#lead, { capture: true, passive: true })
    }
    this.sizes = new ResizeObserver(() => (this.#places = null))
    this.sizes.observe(preview)
  }

  stop() {
    this.sizes.disconnect()
    cancelAnimationFrame(this.#frame)
    this.#preview.removeEventListener("scroll", this.#scrolled)
    for (const kind of LEADING) this.#host.removeEventListener(kind, this.#lead, { capture: true })
  }

  /** Hear the text scroll: it is another element when the surface changes. */
  hear(scroller) {
    scroller.addEventListener("scroll", this.#scrolled, { passive: true })
  }

  /** The preview has changed; `lines` says which line each of its blocks comes from, 0 for none. */
  renew(lines) {
    const prose = this.#preview.querySelector(".prose")
    for (const [at, block] of [...(prose?.children ?? [])].entries()) {
      if (lines[at]) block.dataset.line = lines[at]
      else delete block.dataset.line
    }
    this.#places = null
    if (!this.#isLed) this.#follow()
  }

  /** Stand at the line where one is in what leads. */
  follow() {
    this.#follow()
  }

  #lead = (event) => {
    this.#isLed = this.#preview.contains(event.target)
  }

  #scrolled = (event) => {
    if ((event.currentTarget === this.#preview) !== this.#isLed) return
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#follow())
  }

  #follow() {
    const { surface } = this.#host
    const isShown = this.#preview.offsetParent !== null
    const text = surface.scroller
    if (this.#isLed && isShown) {
      const line = this.#lineIn(this.#preview)
      this.#host.stands(line)
      if (this.isOn && text.offsetParent) scrollTo(text, surface.heightOf(line), this.#preview)
      return
    }
    const line = surface.lineAtHeight(markIn(text))
    this.#host.stands(line)
    if (this.isOn && isShown) scrollTo(this.#preview, this.#heightOf(line), text)
  }

  #lineIn(box) {
    return between(this.#known(), markIn(box), "top", "line")
  }

  #heightOf(line) {
    return between(this.#known(), line, "line", "top")
  }

  /** Lines and heights that belong together, in order. */
  #known() {
    if (this.#places) return this.#places
    const box = this.#preview
    const above = box.getBoundingClientRect().top - box.scrollTop
    const places = [{ line: 1, top: 0 }]
    for (const block of box.querySelectorAll(".prose > [data-line]")) {
      const place = { line: Number(block.dataset.line), top: block.getBoundingClientRect().top - above }
      const last = places.at(-1)
      if (place.line > last.line && place.top > last.top) places.push(place)
    }
    const end = this.#host.surface.numberAt(this.#host.surface.length) + 1
    places.push({ line: Math.max(end, places.at(-1).line + 1), top: box.scrollHeight })
    this.#places = places
    return places
  }
}

/** The height at which one reads: at the top of the text its top, at the end its end. */
function markIn(box) {
  const room = box.scrollHeight - box.clientHeight
  return room > 0 ? box.scrollTop + (box.scrollTop / room) * box.clientHeight : 0
}

// Where `height` is what one reads, as far down as the other box is.
function scrollTo(box, height, other) {
  const room = other.scrollHeight - other.clientHeight
  const share = room > 0 ? other.scrollTop / room : 0
  const top = height - share * box.clientHeight
  if (Math.abs(box.scrollTop - top) > 1) box.scrollTop = top
}

/** What belongs to `value`, between the two places it is between. */
export function between(places, value, from, to) {
  let [low, high] = [0, places.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (places[middle][from] <= value) low = middle
    else high = middle
  }
  const [a, b] = [places[low], places[high]]
  const share = b[from] === a[from] ? 0 : (value - a[from]) / (b[from] - a[from])
  return a[to] + Math.min(1, Math.max(0, share)) * (b[to] - a[to])
}
