// Images, formatting that is pasted, and what shows results in sheets.

import "../elements/image-adder.js"
import "../elements/upload-tray.js"
import "../elements/moment-line.js"
import "../elements/result-preview.js"
import "../elements/change-summary.js"
import { tableOf, toMarkdown } from "./rich-text.js"

/** Return what is copied, as Markdown; null where its formatting says nothing that its text does not. */
export function markdownOf(text, html) {
  return (html ? toMarkdown(html) : null) ?? tableOf(text)
}
