// What makes one text of another, in few and small steps: carets, marks and undo survive those.

const MOST_STEPS = 400

/** Return the changes that make `after` of `before`: `[{from, to, insert}]`, in reading order. */
export function changesBetween(before, after) {
  const [first, last] = trimmed(before, after)
  const [old, young] = [before.slice(first, before.length - last), after.slice(first, after.length - last)]
  if (!old && !young) return []
  const whole = [{ from: first, to: first + old.length, insert: young }]
  if (!old.includes("\n") || !young.includes("\n")) return whole
  const start = before.slice(0, first).lastIndexOf("\n") + 1
  const rest = before.indexOf("\n", before.length - last)
  const end = rest < 0 ? 0 : before.length - rest - 1
  const [ours, theirs] = [before, after].map((text) => lines(text.slice(start, text.length - end)))
  const kept = commonLines(ours, theirs)
  return kept ? gaps(ours, theirs, kept, start) : whole
}

/** Where `position` stands after these changes; `side` 1 goes behind what is inserted there. */
export function carried(position, changes, side = -1) {
  let shift = 0
  for (const { from, to, insert } of changes) {
    if (from > position || (from === position && to > from && side < 0)) break
    if (to > position || (to === position && from === to && side < 0)) {
      const within = Math.min(position - from, insert.length)
      return from + shift + (side < 0 ? within : insert.length)
    }
    shift += insert.length - (to - from)
  }
  return position + shift
}

/** How many letters are the same at both ends. */
function trimmed(before, after) {
  const least = Math.min(before.length, after.length)
  let start = 0
  while (start < least && before.charCodeAt(start) === after.charCodeAt(start)) start++
  if (splitsPair(before, start) || splitsPair(after, start)) start--
  let end = 0
  const most = least - start
  const at = (text) => text.charCodeAt(text.length - 1 - end)
  while (end < most && at(before) === at(after)) end++
  if (splitsPair(before, before.length - end) || splitsPair(after, after.length - end)) end--
  return [start, end]
}

// A letter beyond the first plane is two units, and stays whole.
function splitsPair(text, at) {
  return /[\ud800-\udbff]/.test(text[at - 1] ?? "") && /[\udc00-\udfff]/.test(text[at] ?? "")
}

function lines(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Pairs of lines both texts have, in order (Myers, "An O(ND) difference algorithm"); null if too far apart. */
function commonLines(ours, theirs) {
  const trail = []
  const reach = new Map([[1, 0]])
  for (let steps = 0; steps <= MOST_STEPS; steps++) {
    trail.push(new Map(reach))
    for (let k = -steps; k <= steps; k += 2) {
      const down = k === -steps || (k !== steps && reach.get(k - 1) < reach.get(k + 1))
      let x = down ? reach.get(k + 1) : reach.get(k - 1) + 1
      while (x < ours.length && x - k < theirs.length && ours[x] === theirs[x - k]) x++
      reach.set(k, x)
      if (x >= ours.length && x - k >= theirs.length) return walkedBack(trail, ours.length, theirs.length)
    }
  }
  return null
}

function walkedBack(trail, x, y) {
  const pairs = []
  for (let steps = trail.length - 1; steps >= 0; steps--) {
    const reach = trail[steps]
    const k = x - y
    const down = k === -steps || (k !== steps && reach.get(k - 1) < reach.get(k + 1))
    const before = down ? k + 1 : k - 1
    const startX = steps ? reach.get(before) : 0
    const startY = steps ? startX - before : 0
    while (x > startX && y > startY) pairs.push([--x, --y])
    ;[x, y] = [startX, startY]
  }
  return pairs.reverse()
}

function gaps(ours, theirs, kept, start) {
  const changes = []
  let [x, y, at] = [0, 0, start]
  for (const [nextX, nextY] of [...kept, [ours.length, theirs.length]]) {
    const old = ours.slice(x, nextX).join("")
    const young = theirs.slice(y, nextY).join("")
    if (old || young) {
      const [first, last] = trimmed(old, young)
      const insert = young.slice(first, young.length - last)
      changes.push({ from: at + first, to: at + old.length - last, insert })
    }
    at += old.length + (ours[nextX]?.length ?? 0)
    ;[x, y] = [nextX + 1, nextY + 1]
  }
  return changes
}
