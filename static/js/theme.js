{
  const page = document.documentElement
  const link = () => document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: page.dataset.fonts }))
  let kept = {}
  try { kept = localStorage } catch {}
  if (kept.theme) page.dataset.theme = kept.theme
  if (!page.dataset.fonts) {} // the reader's own faces: nothing to load
  else if (kept.fonts === page.dataset.fonts) link()
  else requestAnimationFrame(() => setTimeout(() => {
    link()
    document.fonts.onloadingdone = () => { try { kept.fonts = page.dataset.fonts } catch {} }
  }))
}
