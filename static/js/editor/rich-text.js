// Text with formatting, from a page or a word processor, as Markdown. What comes in is parsed and never shown.

const TELLING = "a[href], b, strong, i, em, h1, h2, h3, h4, h5, h6, ul, ol, table, pre, code, blockquote, img, del, s, span[data-style]"
const SKIPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "HEAD", "META", "LINK", "TITLE", "BUTTON", "SVG"])
const BLOCKS = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DETAILS DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION TABLE UL".split(" "),
)

/** Return the Markdown of some HTML, or null where its formatting says nothing that its text does not. */
export function toMarkdown(html) {
  const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html")
  const telling = [...body.querySelectorAll(TELLING)].filter((element) => !isNoise(element))
  if (!telling.length) return null
  return blocks(body).join("\n\n").replace(/\n{3,}/g, "\n\n").trim()
}

/** Return cells divided by tabs as a Markdown table, or null if they are none. */
export function tableOf(text) {
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"))
  const columns = rows[0].length
  if (columns < 2 || rows.length < 2 || rows.some((row) => row.length !== columns)) return null
  return drawn(rows.map((row) => row.map((cell) => cell.trim().replace(/\|/g, "\\|"))))
}

// The policy of this page holds for what is parsed here, too, and refuses styles.
function withoutStyles(html) {
  const bare = html.replace(/<style\b[^]*?<\/style\s*>/gi, "")
  return bare.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle(?=\s*=)/gi, " data-style"))
}

/** What a style attribute says of one property. */
function styleOf(element, name) {
  return new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([\\w-]+)`, "i").exec(element.dataset.style ?? "")?.[1] ?? ""
}

// Word processors wrap everything into elements that say nothing.
function isNoise(element) {
  if (/^(B|STRONG)$/.test(element.tagName)) return /^(normal|400)$/.test(styleOf(element, "font-weight"))
  if (/^(I|EM)$/.test(element.tagName)) return styleOf(element, "font-style") === "normal"
  return element.tagName === "SPAN" && !/^(bold|[6-9]00|italic)/.test(styleOf(element, "font-weight") || styleOf(element, "font-style"))
}

function blocks(parent) {
  const found = []
  let line = ""
  const end = () => {
    if (line.trim()) found.push(escapedStart(line.trim()))
    line = ""
  }
  for (const node of parent.childNodes) {
    if (SKIPPED.has(node.nodeName.toUpperCase())) continue
    if (node.nodeType === Node.ELEMENT_NODE && holdsBlocks(node)) {
      end()
      found.push(...block(node))
    } else line += inline(node)
  }
  end()
  return found
}

function holdsBlocks(element) {
  return BLOCKS.has(element.tagName) || [...element.children].some(holdsBlocks)
}

function block(element) {
  const name = element.tagName
  if (/^H[1-6]$/.test(name)) {
    const words = within(element)
    return words ? [`${"#".repeat(Number(name[1]))} ${words}`] : []
  }
  if (name === "PRE") return [fenced(element)]
  if (name === "BLOCKQUOTE") return [blocks(element).join("\n\n").replace(/^/gm, "> ").replace(/^> $/gm, ">")]
  if (name === "UL" || name === "OL") return [listed(element)]
  if (name === "TABLE") return [table(element)]
  if (name === "HR") return ["---"]
  return blocks(element)
}

function fenced(element) {
  const text = element.textContent.replace(/\n$/, "")
  const classes = `${element.className} ${element.querySelector("code")?.className ?? ""}`
  const language = /\b(?:language|lang|highlight-source)-([\w+#-]+)/.exec(classes)?.[1] ?? ""
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

function listed(element) {
  const first = Number(element.getAttribute("start") ?? 1)
  const items = [...element.children].filter((child) => child.tagName === "LI" || /^[UO]L$/.test(child.tagName))
  let number = first - 1
  return items
    .map((item) => {
      const mark = element.tagName === "OL" ? `${(number += item.tagName === "LI")}. ` : "- "
      const box = item.querySelector(":scope > input[type=checkbox], :scope > p > input[type=checkbox]")
      const parts = item.tagName === "LI" ? blocks(item) : [listed(item)]
      const isLoose = [...item.children].filter((child) => child.tagName === "P").length > 1
      const words = parts.join(isLoose ? "\n\n" : "\n")
      const indent = " ".repeat(mark.length)
      if (item.tagName !== "LI") return words.replace(/^/gm, indent)
      return mark + (box ? `[${box.checked ? "x" : " "}] ` : "") + words.replace(/\n(?=[^\n])/g, `\n${indent}`)
    })
    .join("\n")
}

function table(element) {
  const rows = [...element.querySelectorAll("tr")].map((row) =>
    [...row.cells].map((cell) => within(cell).replace(/\|/g, "\\|")),
  )
  const filled = rows.filter((row) => row.length)
  // One cell, or a page laid out by a table.
  if (filled.length < 2 && (filled[0]?.length ?? 0) < 2) return blocks(element).join("\n\n")
  return filled.length ? drawn(filled) : ""
}

function drawn(rows) {
  const columns = Math.max(...rows.map((row) => row.length))
  const line = (cells) => `| ${Array.from({ length: columns }, (_, at) => cells[at] ?? "").join(" | ")} |`
  return [line(rows[0]), line(Array(columns).fill("---")), ...rows.slice(1).map(line)].join("\n")
}

function within(element) {
  return [...element.childNodes].map(inline).join("").replace(/\\\n|\n/g, " ").replace(/ +/g, " ").trim()
}

function inline(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replace(/[ \t\r\n\f]+/g, " "))
  if (node.nodeType !== Node.ELEMENT_NODE || SKIPPED.has(node.tagName.toUpperCase())) return ""
  const name = node.tagName
  if (name === "BR") return "\\\n"
  if (name === "IMG") return picture(node)
  if (name === "CODE" || name === "KBD" || name === "SAMP") return code(node.textContent)
  const words = [...node.childNodes].map(inline).join("")
  if (name === "A") return link(node, words)
  if (isNoise(node)) return words
  if (/^(B|STRONG)$/.test(name)) return marked(words, "**")
  if (/^(I|EM)$/.test(name)) return marked(words, "*")
  if (/^(DEL|S|STRIKE)$/.test(name)) return marked(words, "~~")
  if (name === "SPAN") return styled(node, words)
  return words
}

// Google Docs says by styles what others say by elements.
function styled(node, words) {
  const isStrong = /^(bold|[6-9]00)$/.test(styleOf(node, "font-weight"))
  const strong = isStrong ? marked(words, "**") : words
  return styleOf(node, "font-style") === "italic" ? marked(strong, "*") : strong
}

// Marks stand close to words, and around some.
function marked(words, mark) {
  const [, before, inner, after] = /^(\s*)([^]*?)(\s*)$/.exec(words)
  return inner ? before + mark + inner + mark + after : words
}

function code(text) {
  const words = text.replace(/\s+/g, " ")
  if (!words.trim()) return words
  const longest = Math.max(0, ...(words.match(/`+/g) ?? []).map((run) => run.length))
  const mark = "`".repeat(longest + 1)
  const room = words.startsWith("`") || words.endsWith("`") ? " " : ""
  return mark + room + words + room + mark
}

function link(node, words) {
  const address = node.getAttribute("href") ?? ""
  if (!words.trim()) return words
  if (!/^(https?:|mailto:|tel:|\/|#)/i.test(address)) return words
  if (words.trim() === address) return `<${address}>`
  const [, before, inner, after] = /^(\s*)([^]*?)(\s*)$/.exec(words.replace(/\\\n/g, " "))
  return `${before}[${inner}](${target(address)})${after}`
}

function picture(node) {
  const address = node.getAttribute("src") ?? ""
  // A picture within the text itself comes as a file beside it.
  if (!/^(https?:|\/)/i.test(address)) return ""
  return `![${escaped(node.alt.trim())}](${target(address)})`
}

function target(address) {
  return /[\s()<>]/.test(address) ? `<${address.replace(/[<>\n]/g, encodeURIComponent)}>` : address
}

function escaped(text) {
  return text.replace(/\u00a0/g, " ").replace(/[\\`*_[\]<]/g, (mark, at) => {
    // An underscore within a word means nothing.
    const isWithin = mark === "_" && /\w/.test(text[at - 1] ?? "") && /\w/.test(text[at + 1] ?? "")
    const isLess = mark === "<" && !/[a-z/!?]/i.test(text[at + 1] ?? "")
    return isWithin || isLess ? mark : `\\${mark}`
  })
}

// What would begin a heading, a list or a quote.
function escapedStart(line) {
  return line.replace(/^(#{1,6}(?=\s)|[-+>](?=\s)|={3,}|~{3,})/gm, "\\$1").replace(/^(\d+)([.)])(?=\s)/gm, "$1\\$2")
}
