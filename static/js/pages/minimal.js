// A listing of nothing but posts: what brings more of them comes once somebody does something.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/new-since.js"

const SIGNS = ["scroll", "pointermove", "pointerdown", "keydown"]

async function begin() {
  for (const sign of SIGNS) removeEventListener(sign, begin)
  await import("../elements/post-results.js")
  await import("../../vendor/htmx-4.0.1.min.js")
}

for (const sign of SIGNS) addEventListener(sign, begin, { passive: true })
