// A product in a list, and lists of them.
import { addToCart } from '../shop/cart.js'
import { price } from '../shop/catalog.js'
import { address } from './address.js'
import { announce } from './announce.js'
import { element, link } from './element.js'
import { fill } from './fill.js'
import { picture } from './picture.js'

export function rating(value) {
  if (value === null) return null
  return element('span', { class: 'rating' }, element('span', { 'aria-hidden': 'true' }, '★ '), element('span', { class: 'unseen' }, 'Rated '),
    Number(value).toFixed(1), element('span', { class: 'unseen' }, ' of 5'))
}

export function cartButton(product, attributes = {}) {
  const soldOut = product.stock === 0
  return element('button', {
    type: 'button', disabled: soldOut, ...attributes,
    click: () => addToCart(product.product_id).then(
      () => announce(`${product.name} is in your cart.`),
      (error) => announce(`${product.name} is in your cart, but the shop did not hear of it: ${error.message}`))
  }, soldOut ? 'Sold out' : 'Add to cart', element('span', { class: 'unseen' }, `: ${product.name}`))
}

function card(product, footnote) {
  return element('li', { class: 'card' },
    link(address(`product/${product.product_id}`), { class: 'cover' }, picture(product), element('span', { class: 'name' }, product.name)),
    element('p', { class: 'facts' }, product.brand ?? '', rating(product.rating)),
    element('p', { class: 'price' }, price(product.price)),
    footnote?.(product),
    cartButton(product, { class: 'quiet' }))
}

export const productList = (rows, footnote) => element('ul', { class: 'grid' }, rows.map((product) => card(product, footnote)))

// A titled list that loads itself. "otherwise" is what to show when there is nothing.
export function shelf({ title, load, otherwise, footnote, hideEmpty = false }) {
  const heading = element('h2', { id: `shelf-${title.toLowerCase().replaceAll(/\W+/g, '-')}` }, title)
  const place = element('div')
  const section = element('section', { 'aria-labelledby': heading.id, class: 'shelf' }, heading, place)
  fill(place, load, (rows) => {
    section.hidden = hideEmpty && rows.length === 0
    return rows.length ? productList(rows, footnote) : element('p', { class: 'empty' }, otherwise)
  })
  return section
}
