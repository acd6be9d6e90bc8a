// What changed between two texts, as one splice, and carrying a change over to a third text.

import { changedRegions } from "./differences.js"

/** The smallest `{start, removed, inserted}` (UTF-16 units) that makes `after` of `before`; null if they are one. */
export function splice(before, after) {
  if (before === after) return null
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++
  let end = 0
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++
  // A pair of surrogates is one character: half of one cannot be stored.
  if (start && isFirstHalf(before, start - 1)) start--
  if (end && isSecondHalf(before, before.length - end)) end--
  return { start, removed: before.length - end - start, inserted: after.slice(start, after.length - end) }
}

/**
 * `to` with what was typed between `from` and `now`; null where both changed the same place.
 * `from` is where the two parted.
 */
export function carry(from, to, now) {
  const typed = splice(from, now)
  if (!typed) return to
  let shift = 0
  for (const region of changedRegions(from, to)) {
    if (region.start > typed.start + typed.removed) break
    if (region.start + region.removed >= typed.start) return null
    shift += region.inserted - region.removed
  }
  const start = typed.start + shift
  return to.slice(0, start) + typed.inserted + to.slice(start + typed.removed)
}

const isFirstHalf = (text, at) => (text.charCodeAt(at) & 0xfc00) === 0xd800
const isSecondHalf = (text, at) => (text.charCodeAt(at) & 0xfc00) === 0xdc00
