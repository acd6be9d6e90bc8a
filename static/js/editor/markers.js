// Places in a text that stay where they belong while it is written around them.

import { carried } from "./changes.js"

/** The places that follow the text of `surface`, as plain-surface.js describes one. */
export class Markers {
  #kept = new Set()

  constructor(surface) {
    this.surface = surface
  }

  get isEmpty() {
    return !this.#kept.size
  }

  /** Follow what stands from `start` to `end`. */
  track(start, end) {
    const marker = new Marker(this, start, end)
    this.#kept.add(marker)
    return marker
  }

  forget(marker) {
    this.#kept.delete(marker)
  }

  /** Take over changes, as `changesBetween` tells them. */
  carry(changes) {
    for (const marker of this.#kept) marker.carry(changes)
  }
}

class Marker {
  #markers
  #wasEmpty

  constructor(markers, start, end) {
    this.#markers = markers
    this.start = start
    this.end = end
    this.#wasEmpty = start === end
  }

  /** Whether somebody has deleted what was marked. */
  get isGone() {
    return !this.#wasEmpty && this.start === this.end
  }

  /**
   * Put `text` there and go on following it; false if what was marked is gone. What is
   * `isPassing`, a placeholder, is no step of undo where the surface can tell.
   */
  replaceWith(text, { isPassing = false } = {}) {
    if (this.isGone) return false
    const { start, end } = this
    this.#markers.surface.apply([{ from: start, to: end, insert: text }], { isPassing })
    this.start = start
    this.end = start + text.length
    this.#wasEmpty = !text
    return true
  }

  /** Follow it no longer. */
  forget() {
    this.#markers.forget(this)
  }

  carry(changes) {
    this.start = carried(this.start, changes, 1)
    this.end = this.#wasEmpty ? this.start : Math.max(this.start, carried(this.end, changes, -1))
  }
}
