// Notices over the editor, cut from templates of the page: <template data-notice="merged">.

export class Notices {
  #templates
  #place
  #speak

  /** `speak(words)` says a notice that does not announce itself. */
  constructor(templates, place, speak) {
    this.#templates = templates
    this.#place = place
    this.#speak = speak
  }

  /**
   * Show the notice called `name`; `slots` fill what the template names by `data-slot` (text or nodes), `acts`
   * answer its buttons (`data-act`). A notice that is shown already is filled anew; `key` tells several apart.
   */
  show(name, { slots = {}, acts = {}, key = name, place = this.#place } = {}) {
    const known = this.find(key)
    const notice = known ?? this.#make(name, key, acts, place)
    for (const [slot, content] of Object.entries(slots)) {
      const element = notice.querySelector(`[data-slot="${slot}"]`)
      if (element.textContent !== content) element.replaceChildren(...[content].flat())
    }
    const words = notice.querySelector(".banner__text")?.textContent
    if (!known && words && notice.role !== "alert") this.#speak(words)
    return notice
  }

  hide(key) {
    this.find(key)?.remove()
  }

  find(key) {
    return this.#place.querySelector(`[data-key="${CSS.escape(key)}"]`)
  }

  #make(name, key, acts, place) {
    const template = this.#templates.querySelector(`[data-notice="${name}"]`)
    const notice = template.content.firstElementChild.cloneNode(true)
    notice.dataset.key = key
    for (const button of notice.querySelectorAll("[data-act]")) {
      const act = acts[button.dataset.act]
      if (act) button.addEventListener("click", () => act(button))
      else button.remove()
    }
    place.append(notice)
    return notice
  }
}
