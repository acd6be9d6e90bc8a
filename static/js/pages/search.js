// The page with a search field of its own.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/slash-switch.js"
