// What nobody needs before they do something comes with the first sign that they do.

import { bringStyles } from "./styles.js"

const SIGNS = ["pointermove", "pointerdown", "keydown", "click", "input", "paste", "dragenter"]
const HOW = { capture: true, passive: true }

let asked = null
let there = null

/** All of it; null as long as it is not there. */
export function inUse() {
  return there
}

/** Have all of it there. Where it does not come, this fails, and the next one to ask tries again. */
export function whenUsed() {
  asked ??= fetchAll()
  return asked
}

async function fetchAll() {
  bringStyles(document.querySelector("markdown-editor").dataset.styles)
  try {
    there = await import("./on-use.js")
  } catch (error) {
    asked = null
    throw error
  }
  return there
}

async function hear() {
  try {
    await whenUsed()
    for (const sign of SIGNS) removeEventListener(sign, hear, HOW)
  } catch {
    // The next sign asks again.
  }
}

for (const sign of SIGNS) addEventListener(sign, hear, HOW)
