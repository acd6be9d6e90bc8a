// <slash-switch hidden><label><input type="checkbox"> …</label></slash-switch>: what `js/page.js` goes by
class SlashSwitch extends HTMLElement {
  connectedCallback() {
    const box = this.querySelector("input")
    try {
      box.checked = localStorage.getItem("slash") !== "off"
    } catch {
      return // Where nothing can be kept, there is nothing to switch.
    }
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem("slash")
      else localStorage.setItem("slash", "off")
    })
    this.hidden = false
  }
}

customElements.define("slash-switch", SlashSwitch)
