// What outlives a page. Browsers may refuse to store; then it lasts as long as the page.
function kept(open) {
  const memory = new Map()
  return {
    get(name) {
      try { return JSON.parse(open().getItem(name)) } catch { return memory.get(name) ?? null }
    },
    set(name, value) {
      memory.set(name, value)
      try { open().setItem(name, JSON.stringify(value)) } catch { /* memory has it */ }
    },
    remove(name) {
      memory.delete(name)
      try { open().removeItem(name) } catch { /* it was never there */ }
    }
  }
}

export const forLong = kept(() => localStorage)
export const forThisVisit = kept(() => sessionStorage)
