// Where letters of a textarea stand on the screen: browsers do not say, so it is typeset once more, unseen.

const SAME = ["font", "letterSpacing", "tabSize", "direction", "padding", "textIndent"]

/** Return the box (DOMRect, of the window) of what stands from `from` to `to` in a textarea. */
export function boxIn(field, from, to = from) {
  const mirror = document.createElement("div")
  mirror.className = "editor__mirror"
  mirror.setAttribute("aria-hidden", "true")
  const style = getComputedStyle(field)
  for (const name of SAME) mirror.style[name] = style[name]
  mirror.style.inlineSize = `${field.clientWidth}px`
  const marked = document.createElement("span")
  marked.textContent = field.value.slice(from, to) || "\u200b"
  mirror.append(field.value.slice(0, from), marked, field.value.slice(to).match(/^[^\n]*/)[0])
  field.after(mirror)
  const [frame, box, around] = [field, marked, mirror].map((one) => one.getBoundingClientRect())
  const [x, y] = [box.x - around.x, box.y - around.y]
  mirror.remove()
  return new DOMRect(frame.x + x - field.scrollLeft, frame.y + y - field.scrollTop, box.width, box.height)
}
