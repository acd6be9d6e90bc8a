// Styles that come when there is something to style.

/** Have the stylesheet at this address in the page, once. */
export function bringStyles(href) {
  if (document.head.querySelector(`link[href="${href}"]`)) return
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }))
}
