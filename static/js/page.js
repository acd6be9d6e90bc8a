// On every page: "/" goes to the search field, and what helps there comes when it is first used.
import "./faces.js"

const field = () => document.querySelector("main search-box input") ?? document.querySelector("search-box input")

// A letter goes into these; boxes to tick take none.
const TYPED_IN = "input:not([type=checkbox], [type=radio]), textarea, select"

const isTyping = (target) => target.isContentEditable || target.matches?.(TYPED_IN)

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.key !== "/" || isTyping(event.target) || !field() || isSwitchedOff()) return

  event.preventDefault()
  field().focus()
  field().select()
})

// Where storage is forbidden, nobody can have switched it off.
function isSwitchedOff() {
  try {
    return localStorage.getItem("slash") === "off"
  } catch {
    return false
  }
}

// Who asks for it again after a failure is given it again; without it the form is still a form.
const wake = ({ target }) => {
  if (target.closest?.("search-box")) import("./elements/search-box.js").catch(() => {})
}

document.addEventListener("focusin", wake)
wake({ target: document.activeElement ?? document.body })
