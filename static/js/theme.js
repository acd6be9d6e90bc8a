{
  const page = document.documentElement
  const link = (given) => Object.assign(document.createElement("link"), given)
  const style = link({ rel: "stylesheet", href: page.dataset.later ?? "" })
  let kept = {}
  try { kept = localStorage } catch {}
  if (kept.theme) page.dataset.theme = kept.theme
  style.onload = () => { try { kept.later = style.href } catch {} }
  const put = (one) => document.head.append(one)
  const bring = () => {
    const later = document.querySelector("template[data-scripts]")
    if (!later) return
    if (page.dataset.later && !style.isConnected) put(style)
    if (navigator.connection?.saveData) later.content.querySelector("[type=speculationrules]")?.remove()
    // In their order: what a script puts in comes as it comes otherwise.
    for (const script of later.content.querySelectorAll("script")) script.async = false
    later.replaceWith(later.content)
  }
  // What the browser has kept is in the first frame, its face with it; nobody waits for that of a
  // page unseen.
  if (page.dataset.later && kept.later === style.href) {
    style.blocking = "render"
    if (kept.face && !page.dataset.faces) put(link({ rel: "preload", href: kept.face, as: "font", crossOrigin: "" }))
    put(style)
  }
  if (document.hidden) addEventListener("DOMContentLoaded", bring)
  else if (PerformanceObserver.supportedEntryTypes?.includes("paint")) {
    const watch = (list) => { if (list.getEntriesByName("first-contentful-paint").length) bring() }
    new PerformanceObserver(watch).observe({ type: "paint", buffered: true })
  } else requestAnimationFrame(() => setTimeout(bring))
}
