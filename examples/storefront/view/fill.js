// A place of a page that waits for data: shows that it waits, then what came, or what went wrong and how to go on.
import { link, element } from './element.js'

const placeholders = (count) => element('div', { class: 'grid', 'aria-hidden': 'true' }, Array.from({ length: count }, () => element('div', { class: 'card waiting' })))

export function complaint(error, again) {
  return element('div', { class: 'complaint', role: 'alert' },
    element('p', {}, element('strong', {}, error.message.replace(/\.?$/, '. ')), error.hint ?? ''),
    again && element('button', { type: 'button', click: again }, 'Try again'),
    error.status === 401 && link('#/account', {}, 'Sign in'))
}

export async function fill(place, load, show, waiting = placeholders(4)) {
  place.setAttribute('aria-busy', 'true')
  if (waiting) place.replaceChildren(element('p', { class: 'unseen' }, 'Loading'), waiting)
  try {
    place.replaceChildren(...[show(await load())].flat())
  } catch (error) {
    place.replaceChildren(complaint(error, () => fill(place, load, show, waiting)))
  } finally {
    place.removeAttribute('aria-busy')
  }
}
