// Tells what happened, to eyes and to screen readers.
let timer = 0

export function announce(message) {
  const announcer = document.getElementById('announcer')
  announcer.textContent = message
  clearTimeout(timer)
  timer = setTimeout(() => { announcer.textContent = '' }, 6000)
}
