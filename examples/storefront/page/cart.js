import { read } from '../shop/api.js'
import { cartLines, emptyCart, setQuantity } from '../shop/cart.js'
import { price, products } from '../shop/catalog.js'
import { chance, trackOrder } from '../shop/events.js'
import { readAsShopper } from '../shop/session.js'
import { address } from '../view/address.js'
import { announce } from '../view/announce.js'
import { element, link } from '../view/element.js'
import { complaint } from '../view/fill.js'
import { picture } from '../view/picture.js'
import { shelf } from '../view/product_card.js'
import { whyLink } from '../view/strategy.js'

const forYou = (title) => shelf({ title, load: () => readAsShopper('/rpc/recommendations', { k: 8 }), footnote: whyLink, otherwise: 'Search, or look around at home.' })

const refresh = () => dispatchEvent(new Event('hashchange'))

function line(product, quantity, retotal) {
  const change = (event) => {
    const wanted = Math.min(99, Math.max(1, Math.round(Number(event.target.value)) || 1))
    event.target.value = wanted
    setQuantity(product.product_id, wanted)
    retotal()
  }
  const remove = () => {
    setQuantity(product.product_id, 0)
    announce(`${product.name} is out of your cart.`)
    refresh()
  }
  return element('li', {},
    picture(product),
    link(address(`product/${product.product_id}`), { class: 'name' }, product.name),
    element('label', {}, element('span', { class: 'unseen' }, `Quantity of ${product.name}`),
      element('input', { type: 'number', min: 1, max: 99, value: quantity, change })),
    element('span', { class: 'price' }, price(product.price)),
    element('button', { type: 'button', class: 'quiet', click: remove }, 'Remove', element('span', { class: 'unseen' }, ` ${product.name}`)))
}

function order(key, product_ids, place) {
  return async (event) => {
    event.target.disabled = true
    try {
      await trackOrder(key, product_ids)
      emptyCart()
      announce('Thank you for your order.')
      refresh()
    } catch (error) {
      event.target.disabled = false
      place.replaceChildren(complaint(error))
    }
  }
}

export async function cartPage() {
  const lines = cartLines()
  const known = new Map((await products(lines.map((one) => one.product_id))).map((product) => [product.product_id, product]))
  // What the shop no longer sells leaves the cart.
  for (const { product_id } of lines) if (!known.has(product_id)) setQuantity(product_id, 0)
  const product_ids = [...known.keys()]
  if (product_ids.length === 0) {
    return { title: 'Your cart is empty', content: [element('p', {}, 'Here is something to begin with, or ', link('#/', {}, 'look around'), '.'), forYou('For you')] }
  }
  const total = element('strong')
  const retotal = () => { total.textContent = price(cartLines().reduce((sum, one) => sum + one.quantity * (known.get(one.product_id)?.price ?? 0), 0)) }
  retotal()
  const trouble = element('div')
  return {
    title: 'Your cart',
    content: [
      element('ul', { class: 'lines' }, cartLines().map((one) => line(known.get(one.product_id), one.quantity, retotal))),
      element('p', { class: 'total', role: 'status' }, 'Total ', total),
      trouble,
      element('button', { type: 'button', class: 'main', click: order(chance(), product_ids, trouble) }, 'Place the order'),
      shelf({ title: 'Goes well with your cart', load: () => read('/rpc/bought_together', { product_ids, k: 8 }), otherwise: 'Nobody has bought these together with something else yet.' }),
      forYou('For you')
    ]
  }
}
