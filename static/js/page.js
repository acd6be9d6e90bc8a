// On every page: "/" goes to the search field, Escape leaves it again.
const search = () => document.querySelector(".header__search input")

const isTyping = (target) => target.isContentEditable || target.matches?.("input, textarea, select")

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return

  if (event.key === "/" && !isTyping(event.target) && search()) {
    event.preventDefault()
    search().focus()
    search().select()
  }
  if (event.key === "Escape" && event.target === search()) {
    if (search().value) search().value = ""
    else search().blur()
  }
})
