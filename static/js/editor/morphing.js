// New HTML in place of old: what is the same stays as it stands, and pictures are not loaded anew.

const written = new WeakMap()

/** Make the children of `parent` those of `fresh`, which is emptied. */
export function morph(parent, fresh) {
  const old = [...parent.childNodes]
  const same = new Map()
  for (const node of old) {
    const text = written.get(node)
    if (text) same.set(text, [...(same.get(text) ?? []), node])
  }
  const nodes = [...fresh.childNodes].map((node) => {
    const text = sourceOf(node)
    const kept = same.get(text)?.shift()
    if (!kept) written.set(node, text)
    return kept ?? node
  })
  const staying = new Set(nodes)
  const going = old.filter((node) => !staying.has(node))
  const known = new Set(old)
  keepPictures(going, nodes.filter((node) => !known.has(node)))
  for (const node of going) node.remove()
  place(parent, nodes)
}

/** Remember what the children of `parent` were made of, before anything changes them. */
export function remember(parent) {
  for (const node of parent.childNodes) written.set(node, sourceOf(node))
}

function sourceOf(node) {
  return node.outerHTML ?? node.textContent
}

// Only what has moved is moved: a frame or a film would begin anew.
function place(parent, nodes) {
  let next = parent.firstChild
  for (const node of nodes) {
    if (node === next) next = next.nextSibling
    else parent.insertBefore(node, next)
  }
}

function keepPictures(going, coming) {
  const loaded = new Map()
  for (const node of going) {
    for (const image of node.querySelectorAll?.("img") ?? []) loaded.set(image.outerHTML, image)
  }
  if (!loaded.size) return
  for (const node of coming) {
    for (const image of node.querySelectorAll?.("img") ?? []) {
      const kept = loaded.get(image.outerHTML)
      if (!kept) continue
      loaded.delete(image.outerHTML)
      image.replaceWith(kept)
    }
  }
}
