{
  const page = document.documentElement
  const style = document.createElement("link")
  style.rel = "stylesheet"
  style.href = page.dataset.later ?? ""
  let kept = {}
  try { kept = localStorage } catch {}
  if (kept.theme) page.dataset.theme = kept.theme
  const bringStyle = () => {
    style.onload = () => { try { kept.later = style.href } catch {} }
    document.head.append(style)
  }
  const bring = () => {
    const later = document.getElementById("later")
    if (!later) return
    if (page.dataset.later && !style.isConnected) bringStyle()
    if (navigator.connection?.saveData) later.content.querySelector("[type=speculationrules]")?.remove()
    // In their order: what a script puts in comes as it comes otherwise.
    for (const script of later.content.querySelectorAll("script")) script.async = false
    later.replaceWith(later.content)
  }
  // What the browser has kept costs no first frame, and nobody waits for that of a page unseen.
  if (page.dataset.later && kept.later === style.href) bringStyle()
  if (document.hidden) addEventListener("DOMContentLoaded", bring)
  else if (PerformanceObserver.supportedEntryTypes?.includes("paint")) {
    const watch = (list) => { if (list.getEntriesByName("first-contentful-paint").length) bring() }
    new PerformanceObserver(watch).observe({ type: "paint", buffered: true })
  } else requestAnimationFrame(() => setTimeout(bring))
}
