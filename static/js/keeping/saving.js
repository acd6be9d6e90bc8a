// A deliberate save without leaving the page, and what its answer knows better than the page.

const ALWAYS = ["editor-bar", "editor-alerts", "publish-sheet"]
const HIDDEN = ["csrf_token", "version", "head"]

/**
 * Send the form; `{outcome}` is "saved" (then with the `page` that came back and its `address`), "signed-out",
 * "too-long", "stale" (then with a new `token`), "refused" (to be seen as a page), "failing" or "unreachable".
 */
export async function saveForm(form, login) {
  const fields = new FormData(form)
  fields.delete("image")
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields })
    const page = parse(await answer.text())
    if (isAt(answer.url, login) || page.querySelector("[data-signed-out]")) return { outcome: "signed-out" }
    if (answer.ok && answer.redirected) return { outcome: "saved", page, address: answer.url }
    if (answer.status === 413) return { outcome: "too-long" }
    const token = page.querySelector("[data-stale]") && page.querySelector("form.editor [name=csrf_token]")?.value
    if (token) return { outcome: "stale", token }
    return { outcome: [403, 409, 422].includes(answer.status) ? "refused" : "failing" }
  } catch {
    return { outcome: "unreachable" }
  }
}

/** Take over from the page that came back: addresses, hidden fields, and the parts marked for it. */
export function adopt(keeper, form, page, address) {
  const theirs = page.querySelector("form.editor")
  const focused = document.activeElement?.id
  form.setAttribute("action", theirs.getAttribute("action"))
  for (const name of HIDDEN) {
    const [ours, other] = [form.elements[name], theirs.elements[name]]
    if (ours && other) ours.value = other.value
  }
  const ids = [...ALWAYS, ...[...page.querySelectorAll("[data-adopt][id]")].map((part) => part.id)]
  for (const id of new Set(ids)) {
    const part = page.getElementById(id)
    if (part) keeper.querySelector(`#${CSS.escape(id)}`)?.replaceWith(document.importNode(part, true))
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus()
  document.title = page.title
  moveTo(address)
}

/** A new post has got addresses of its own: whatever in the page leads to those of no post leads there. */
export function readdress(keeper, old, fresh) {
  const moves = Object.keys(fresh).filter((name) => old[name] && old[name] !== fresh[name])
  for (const element of [keeper, ...keeper.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      const moved = moves.find((one) => value === old[one] || value.startsWith(`${old[one]}?`))
      if (moved && name !== "data-addresses") element.setAttribute(name, fresh[moved] + value.slice(old[moved].length))
    }
  }
}

/** Let the address bar name the post, so that a reload comes back to it. */
export function moveTo(address) {
  if (new URL(address, location.href).href !== location.href) history.replaceState(history.state, "", address)
}

const isAt = (address, login) => new URL(address).pathname === new URL(login, location.href).pathname

/** A page that is read and not shown. Without its styles: they are not those that this page admits. */
export const parse = (html) =>
  new DOMParser().parseFromString(html.replace(/<style>.*?<\/style>/gs, ""), "text/html")
