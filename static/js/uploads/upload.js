// One file on its way to the library, in parts: what has arrived stays there, and a break costs a part at most.

export const MOST_BYTES = 20_000_000
const PART = 1_000_000 // bytes
const PATIENCE = 60_000 // milliseconds for a part
const PAUSES = [1_000, 3_000, 8_000] // milliseconds before it is tried again by itself

class Broken extends Error {}

class Refused extends Error {
  constructor(status, why = {}) {
    super(why.error ?? "")
    this.status = status
    this.why = why
  }
}

/**
 * Tells by `onchange` how it stands: `state` is waiting, sending, reading, pausing, failed, refused,
 * signed-out, done or cancelled; `sent` counts bytes; `answer` is what the server says of the file.
 */
export class Upload {
  state = "waiting"
  sent = 0
  answer = null
  problem = ""
  onchange = () => {}
  #request = null
  #pause = null
  #attempt = 0

  /** `token` gives the form's token, `renew` another one; `post` names whom it is for, if anybody. */
  constructor(file, { parts, token, renew, post }) {
    this.file = file
    this.address = parts + makeId()
    this.token = token
    this.renew = renew
    this.post = post
  }

  get percent() {
    return this.file.size ? Math.floor((100 * this.sent) / this.file.size) : 0
  }

  get isOver() {
    return ["done", "failed", "refused", "signed-out", "cancelled"].includes(this.state)
  }

  /** Send what has not arrived yet; ends when it is over, one way or the other. */
  async run() {
    this.#attempt = 0
    while (this.state !== "cancelled") {
      try {
        await this.#send()
        return
      } catch (error) {
        if (this.state === "cancelled") return
        if (error instanceof Refused && error.why.csrf && (await this.renew())) continue
        if (error instanceof Refused && error.status === 401) return this.#turn("signed-out")
        if (error instanceof Refused) return this.#turn("refused", error.message)
        if (this.#attempt >= PAUSES.length) return this.#turn("failed", error.message)
        this.#turn("pausing")
        await this.#wait(PAUSES[this.#attempt])
        this.#attempt += 1
      }
    }
  }

  cancel() {
    if (this.state === "done") return
    this.#turn("cancelled")
    this.#request?.abort()
    this.#pause?.()
    // Nobody waits for the rest: the server need not keep the beginning.
    this.#ask("POST", `${this.address}/removal`).catch(() => {})
  }

  async #send() {
    this.#turn("sending")
    let arrived = this.sent ? (await this.#ask("GET", this.address)).received : 0
    for (;;) {
      while (arrived < this.file.size) {
        const part = this.file.slice(arrived, arrived + PART)
        const { received } = await this.#ask("POST", `${this.address}?start=${arrived}`, part, arrived)
        arrived = this.sent = received
        // What goes on arriving may break off again.
        this.#attempt = 0
      }
      this.#turn("reading")
      const answer = await this.#ask("POST", `${this.address}/completion`, this.#words())
      if (answer.id) {
        this.answer = answer
        return this.#turn("done")
      }
      arrived = this.sent = answer.received
    }
  }

  #words() {
    const words = new FormData()
    words.set("name", this.file.name)
    words.set("size", this.file.size)
    const post = this.post()
    if (post) words.set("post", post)
    return words
  }

  #ask(method, address, body = null, start = null) {
    return new Promise((resolve, reject) => {
      const request = (this.#request = new XMLHttpRequest())
      request.open(method, address)
      request.timeout = PATIENCE
      request.setRequestHeader("Accept", "application/json")
      request.setRequestHeader("X-CSRFToken", this.token())
      if (body instanceof Blob) {
        request.setRequestHeader("Content-Type", "application/octet-stream")
        request.upload.onprogress = (event) => {
          this.sent = start + event.loaded
          this.onchange()
        }
      }
      request.onload = () => {
        const said = read(request)
        if (request.status < 300 && said) resolve(said)
        else if (request.status === 409 && said) resolve(said)
        else if (request.status >= 500 || !said) reject(new Broken(said?.error))
        else reject(new Refused(request.status, said))
      }
      request.onerror = request.onabort = request.ontimeout = () => reject(new Broken())
      request.send(body)
    })
  }

  #wait(pause) {
    return new Promise((resolve) => {
      this.#pause = resolve
      setTimeout(resolve, pause)
      addEventListener("online", resolve, { once: true })
    })
  }

  #turn(state, problem = "") {
    this.state = state
    this.problem = problem
    this.onchange()
  }
}

function read(request) {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return null
  }
}

/** A name that nothing else has (RFC 9562); pages without TLS have no `randomUUID`. */
function makeId() {
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"))
  return digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
