// The cart: product ids with quantities, kept in the browser.
import { track } from './events.js'
import { forLong } from './storage.js'

const changed = new EventTarget()
export const onCartChange = (listener) => changed.addEventListener('change', listener)

const quantities = () => new Map(forLong.get('cart') ?? [])

function keep(lines) {
  forLong.set('cart', [...lines])
  changed.dispatchEvent(new Event('change'))
}

export const cartLines = () => [...quantities()].map(([product_id, quantity]) => ({ product_id, quantity }))
export const cartCount = () => cartLines().reduce((sum, line) => sum + line.quantity, 0)
export const emptyCart = () => keep(new Map())

export function setQuantity(product_id, quantity) {
  const lines = quantities()
  if (quantity > 0) lines.set(product_id, quantity)
  else lines.delete(product_id)
  keep(lines)
}

export function addToCart(product_id) {
  setQuantity(product_id, (quantities().get(product_id) ?? 0) + 1)
  return track(product_id, 'add_to_cart')
}
