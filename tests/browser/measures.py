"""Questions to a page about its layout, asked in its own language."""

# What sticks out to the right although nothing there can be scrolled to.
STICKING_OUT = """() => {
  const scrolls = (element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX)
  const within = (element) => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (scrolls(e)) return true
    return false
  }
  const width = document.documentElement.clientWidth
  const found = []
  const whole = document.scrollingElement.scrollWidth
  if (whole > width) found.push(`page: ${whole}`)
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect()
    if (box.width > 1 && box.right > width + 1 && element.checkVisibility() && !within(element))
      found.push(`${element.localName}.${element.className}: ${box.right}`)
  }
  return found.slice(0, 5)
}"""

# Text that a box of fixed size cuts off.
CUT_OFF = """() => {
  const found = []
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
    if (!hasText || box.width < 2 || box.height < 2 || !element.checkVisibility()) continue
    const cut = (axis, inner, outer) => /hidden|clip/.test(axis) && inner > outer + 1
    const meant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none"
    if (!meant && (cut(style.overflowX, element.scrollWidth, element.clientWidth)
        || cut(style.overflowY, element.scrollHeight, element.clientHeight)))
      found.push(`${element.localName}.${element.className}: ${element.textContent.slice(0, 40)}`)
  }
  return found
}"""

# Targets of less than 24 by 24: measured by where a press on them lands, since a box may
# be enlarged by a pseudo-element. Links among the words of a sentence may be as high as those.
SMALL_TARGETS = """(least) => {
  const inSentence = (element) =>
    getComputedStyle(element).display.startsWith("inline") && (element.closest(".prose")
      || [...element.parentElement.childNodes].some((n) => n.nodeType === 3 && /\\w/.test(n.data)))
  const hits = (target, x, y) => {
    const hit = document.elementFromPoint(x, y)
    return hit && (target.contains(hit) || hit.contains(target) && hit.matches("label, a, button"))
  }
  const found = []
  const seen = new Set()
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary")
  for (const element of all) {
    const isTicked = element.labels?.length && /radio|checkbox/.test(element.type)
    const target = isTicked ? element.labels[0] : element
    const isShown = { visibilityProperty: true, opacityProperty: true }
    if (seen.has(target) || !target.checkVisibility(isShown)) continue
    seen.add(target)
    if (element.type === "hidden" || inSentence(element)) continue
    if (target.getBoundingClientRect().width < 2) continue
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" })
    const box = target.getBoundingClientRect()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const reach = least / 2 - 0.5
    const isWide = box.width >= least || (hits(target, x - reach, y) && hits(target, x + reach, y))
    const isHigh = box.height >= least || (hits(target, x, y - reach) && hits(target, x, y + reach))
    if (!isWide || !isHigh)
      found.push([element.localName, element.className, element.textContent.trim().slice(0, 20),
        Math.round(box.width), Math.round(box.height)].join(" "))
  }
  return found
}"""

# What has the focus, and whether one can see that; null when the page has it.
FOCUSED = """() => {
  const element = document.activeElement
  if (!element || element === document.body) return null
  const ringed = (e) => {
    if (!e) return false
    const style = getComputedStyle(e)
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1)
      || style.boxShadow !== "none"
  }
  const holder = element.closest("label") ?? element
  const near = [element, holder, element.parentElement, element.nextElementSibling]
  const box = holder.getBoundingClientRect()
  const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2
  const y = middle(box.top, box.bottom, innerHeight)
  const hits = [box.left + 3, middle(box.left, box.right, innerWidth), box.right - 3]
    .map((x) => document.elementFromPoint(x, y))
  // The button for the calendar, inside of the control, is drawn by the browser.
  const isRinged = near.some(ringed) || /^(date|time)$/.test(element.type)
  // What the reader has opened over the page, the reader can close.
  const isUncovered = !!document.querySelector(":popover-open")
    || hits.some((hit) => hit && (holder.contains(hit) || hit.contains(element)))
  const words = [element.localName, element.className, element.textContent.trim().slice(0, 20)]
  return { name: words.join(" "), isRinged, isUncovered, isSeen: isRinged && isUncovered }
}"""

LINES = """(paragraph) => {
  const range = document.createRange()
  range.selectNodeContents(paragraph)
  const bottoms = [...range.getClientRects()].map((box) => Math.round(box.bottom))
  return [...new Set(bottoms)].sort((a, b) => a - b)
}"""

# Comes to an end when what is asked is true: the policy of our pages forbids what Playwright's
# own waiting for a condition does.
# Every page has the switch of colours, and it wakes with all else; a test may keep it from that.
AWAKE = """async () => {
  const until = performance.now() + 3_000
  while (document.querySelector("theme-toggle:not(:defined)") && performance.now() < until) {
    await new Promise(requestAnimationFrame)
  }
}"""

UNTIL = """async () => {
  const until = performance.now() + 30_000
  while (!(%s)) {
    if (performance.now() > until) throw new Error("it never came true")
    await new Promise(requestAnimationFrame)
  }
}"""
