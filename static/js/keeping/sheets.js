// The sheets over the editor: opened from elsewhere than their button.

/** Open a sheet, with the focus on what is to be put right there, else on its first field. */
export function openSheet(sheet) {
  sheet.showPopover()
  const wrong = sheet.querySelector("[aria-invalid=true]")
  const field = wrong ?? sheet.querySelector("input:not([type=hidden]), button")
  field?.focus()
}

/** A sheet with something to put right stands in the page; here it can float as it always does. */
export function liftSheets(page) {
  for (const sheet of page.querySelectorAll(".sheet:not([popover])")) {
    if (!sheet.showPopover) return
    sheet.popover = "auto"
    openSheet(sheet)
  }
}

/** A link to a field that is hidden in a sheet opens the sheet. */
export function findInSheet(event) {
  const target = event.target.closest?.('#editor-alerts a[href^="#"]')?.hash.slice(1)
  const field = target && document.getElementById(target)
  const sheet = field?.closest("[popover]")
  if (!sheet || field.checkVisibility()) return
  event.preventDefault()
  openSheet(sheet)
}
