// What every page of readers runs.
import "../page.js"
import "../elements/theme-toggle.js"
