{
  const page = document.documentElement
  const later = document.getElementById("later").content
  const link = later.querySelector("link")
  let kept = {}
  let isBrought = false
  try { kept = localStorage } catch {}
  if (kept.theme) page.dataset.theme = kept.theme
  const bringStyle = () => {
    link.onload = () => { try { kept.later = link.href } catch {} }
    document.head.append(link)
  }
  const bring = () => {
    if (isBrought) return
    isBrought = true
    if (link && !link.isConnected) bringStyle()
    // In their order: what a script puts in comes as it comes otherwise.
    for (const script of later.querySelectorAll("script")) script.async = false
    document.head.append(later)
  }
  // What the browser has kept costs no first frame, and nobody waits for that of a page unseen.
  if (link && kept.later === link.href) bringStyle()
  if (document.hidden) bring()
  else {
    new PerformanceObserver(bring).observe({ type: "paint", buffered: true })
    setTimeout(bring, 2000)
  }
}
