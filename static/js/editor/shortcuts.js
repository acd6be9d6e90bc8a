// Which key does what.

const IS_MAC = /Mac|iP/.test(navigator.platform)
const PLAIN = { KeyB: "bold", KeyI: "italic", KeyK: "link", KeyE: "code" }
const SHIFTED = { KeyE: "codeblock", Digit7: "numbers", Digit8: "list", Digit9: "checklist", Period: "quote" }
const EVERYWHERE = { Digit1: "write", Digit2: "split", Digit3: "read", KeyF: "find", KeyH: "replace" }
const EVERYWHERE_SHIFTED = { KeyP: "mode", KeyO: "headings" }

/** Return the name of what a key does in the text, or with `isEverywhere` in all of the page; or null. */
export function shortcutOf(event, { isEverywhere = false } = {}) {
  const { altKey, ctrlKey, metaKey, shiftKey } = event
  // Ctrl+M is the window's on a Mac with its own key, and with Ctrl ours on each.
  if (!isEverywhere && ctrlKey && !metaKey && !altKey && !shiftKey && event.code === "KeyM") return "tab"
  if (!(IS_MAC ? metaKey : ctrlKey) || event.getModifierState("AltGraph")) return null
  const name = nameOf(event)
  if (altKey) {
    if (isEverywhere) return IS_MAC && name === "KeyF" ? "replace" : null
    return /^Digit[1-4]$/.test(event.code) ? `h${event.code.at(-1)}` : null
  }
  if (isEverywhere) return (shiftKey ? EVERYWHERE_SHIFTED : EVERYWHERE)[name] ?? null
  return (shiftKey ? SHIFTED : PLAIN)[name] ?? null
}

// Letters by what is written on the key, digits and marks by where it is.
function nameOf({ key, code }) {
  return /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : code
}
