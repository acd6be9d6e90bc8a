// A post that is not published: nothing counts as read, and nobody is asked who may edit.
import "../page.js"
import "../elements/theme-toggle.js"
import "../elements/contents-rail.js"
import "../elements/image-zoom.js"
import "../elements/copy-code.js"
import "../elements/margin-notes.js"
