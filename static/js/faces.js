// Faces that are there by the first frame are in it (`font-display: optional`). Those that come
// later are put in if nothing in sight moves by it; otherwise the next page has them at once.
const MOST = 2 // pixels, up or down

const seen = new WeakSet()

async function wear() {
  const come = [...document.fonts].filter((face) => face.display === "optional" && face.status === "loaded" && !seen.has(face))
  for (const face of come) seen.add(face)
  const faces = await Promise.all(come.flatMap(again))
  if (!faces.length) return
  const before = tops()
  for (const face of faces) document.fonts.add(face)
  if (before.every(([element, top]) => Math.abs(element.getBoundingClientRect().top - top) <= MOST)) return
  for (const face of faces) document.fonts.delete(face)
}

// The face as one that may come late; the browser has its file.
function again({ family, style, weight }) {
  const sheet = [...document.styleSheets].find((one) => one.href?.endsWith(document.documentElement.dataset.later))
  const rules = [...sheet?.cssRules ?? []].filter((rule) => rule instanceof CSSFontFaceRule)
  const rule = rules.find((one) => isSame(one.style, family, style))
  if (!rule) return []
  const source = rule.style.src.replaceAll(/url\("?(.*?)"?\)/g, (_, address) => `url("${new URL(address, sheet.href)}")`)
  if (rule === rules[0]) keep(/url\("(.*?)"/.exec(source)?.[1])
  return [new FontFace(family, source, { style, weight }).load()]
}

function isSame(rule, family, style) {
  const named = (name) => name.replaceAll(/["']/g, "")
  return named(rule.fontFamily) === named(family) && (rule.fontStyle || "normal") === style
}

// What every page shows: `theme.js` asks for it early on the next one.
function keep(address) {
  try {
    if (address) localStorage.face = address
  } catch {}
}

// Of what is in sight.
function tops() {
  const boxes = [...document.body.querySelectorAll("*")].map((element) => [element, element.getBoundingClientRect()])
  return boxes.filter(([, box]) => box.height && box.bottom > 0 && box.top < innerHeight).map(([element, box]) => [element, box.top])
}

document.fonts.addEventListener("loadingdone", wear)
wear()
