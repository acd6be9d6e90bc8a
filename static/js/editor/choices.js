// How somebody likes to write, kept in this browser.

/** Return what was chosen, or null. */
export function readChoice(name) {
  try {
    return localStorage.getItem(`editor-${name}`)
  } catch {
    // Storage is closed to us.
    return null
  }
}

export function keepChoice(name, value) {
  try {
    localStorage.setItem(`editor-${name}`, value)
  } catch {
    // The choice lasts as long as the page.
  }
}
