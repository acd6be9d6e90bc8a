// The list of all tags.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/tag-finder.js"
