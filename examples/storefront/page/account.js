// Who the shop takes you for. A real shop's login makes the token; here one is pasted.
import { readAsShopper, shopper, signIn, signOut, writeAsShopper } from '../shop/session.js'
import { announce } from '../view/announce.js'
import { element, link } from '../view/element.js'
import { complaint, fill } from '../view/fill.js'
import { tokenForm } from '../view/token_form.js'

const refresh = () => dispatchEvent(new Event('hashchange'))

function knowledge() {
  const place = element('div')
  const forget = async () => {
    if (!confirm('Shall the shop forget everything you did here?')) return
    try {
      await writeAsShopper('/rpc/erase_me')
      announce('Everything is forgotten.')
      refresh()
    } catch (error) {
      place.append(complaint(error))
    }
  }
  fill(place, () => readAsShopper('/rpc/me'), (me) => [
    element('p', {}, me.events.length ? `The shop remembers ${me.events.length} things you did: views, carts and orders. Recommendations come from them.` : 'Nothing yet.'),
    me.events.length > 0 && element('button', { type: 'button', click: forget }, 'Forget everything')
  ].filter(Boolean), null)
  return element('section', { 'aria-labelledby': 'knowledge' }, element('h2', { id: 'knowledge' }, 'What the shop knows of you'), place)
}

const leave = () => {
  signOut()
  announce('You are signed out.')
  refresh()
}

async function enter(token) {
  const taken = await signIn(token)
  announce(`Welcome, ${shopper()}.${taken ? ` ${taken} things you did before came along.` : ''}`)
  location.hash = '#/'
}

export function accountPage() {
  const name = shopper()
  return {
    title: name ? `Signed in as ${name}` : 'Sign in',
    content: [
      name ? element('p', {}, element('button', { type: 'button', click: leave }, 'Sign out'), ' ', link('#/', {}, 'See what is for you'))
        : element('div', {},
          element('p', {}, 'In a real shop you would type a password here. This example takes a token, which its README shows how to make. Without one you can use everything too: as a visitor.'),
          tokenForm(enter)),
      knowledge()
    ]
  }
}
