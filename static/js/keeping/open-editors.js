// Which editors are open in this browser, each known by an id of its own.

/** A UUID (RFC 9562, version 4); `randomUUID` exists only where the connection is safe. */
export function makeId() {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}

/** Let other tabs know that this editor is open, for as long as it is. */
export function holdOpen(client) {
  // Only where the connection is safe; elsewhere a copy may be offered while its editor is open.
  navigator.locks?.request(`editor ${client}`, () => new Promise(() => {})).catch(() => {})
}

/** The ids of the editors that are open now. */
export async function openEditors() {
  const { held = [] } = (await navigator.locks?.query().catch(() => null)) ?? {}
  return new Set(held.map(({ name }) => name.replace(/^editor /, "")))
}

/** Other tabs with the same post: `met(isAny)` as they come and go, `wrote()` when one of them has saved. */
export class OtherTabs {
  #channel
  #page
  #clients = new Set()

  /** `me()` gives `{client, post}`; a post that is new yet is nobody else's. */
  constructor(home, page) {
    this.#page = page
    if (!window.BroadcastChannel) return
    this.#channel = new BroadcastChannel(`editors ${home}`)
    this.#channel.addEventListener("message", this.#hear)
    this.tell("open")
  }

  tell(kind) {
    this.#channel?.postMessage({ kind, ...this.#page.me() })
  }

  leave() {
    this.tell("closed")
    this.#channel?.close()
  }

  #hear = ({ data: { kind, client, post } }) => {
    if (post === null || post !== this.#page.me().post) return
    const before = this.#clients.size
    if (kind === "closed") this.#clients.delete(client)
    else this.#clients.add(client)
    if (kind === "open") this.tell("here")
    if (kind === "wrote") this.#page.wrote()
    if (!before !== !this.#clients.size) this.#page.met(this.#clients.size > 0)
  }
}
