// A listing with its filter; htmx comes before it.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/new-since.js"
import "../elements/post-results.js"
import "../elements/tag-finder.js"
import "../elements/tag-dialog.js"
import "../elements/time-line.js"
