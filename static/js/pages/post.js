// A post or a page, with what its text may hold.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/new-since.js"
import "../elements/edit-link.js"
import "../elements/contents-rail.js"
import "../elements/image-zoom.js"
import "../elements/copy-code.js"
import "../elements/margin-notes.js"
