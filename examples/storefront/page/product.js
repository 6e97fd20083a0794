import { read } from '../shop/api.js'
import { price, product as findProduct } from '../shop/catalog.js'
import { track } from '../shop/events.js'
import { address } from '../view/address.js'
import { element, link } from '../view/element.js'
import { picture } from '../view/picture.js'
import { cartButton, rating, shelf } from '../view/product_card.js'

const stockWords = (stock) => stock === 0 ? 'Sold out' : stock !== null && stock < 10 ? `Only ${stock} left` : 'In stock'

const properties = (product) => element('dl', { class: 'properties' },
  Object.entries(product.attributes ?? {}).flatMap(([name, value]) =>
    [element('dt', {}, name), element('dd', {}, typeof value === 'object' ? JSON.stringify(value) : String(value))]))

export async function productPage({ id }) {
  const product = id === undefined ? undefined : await findProduct(id)
  if (!product) return undefined
  // A view that gets lost is no reason to disturb who looks at the page.
  track(id, 'view').catch(() => {})
  return {
    title: product.name,
    heading: (heading) => element('article', { class: 'detail' },
      picture(product),
      element('div', { class: 'about' },
        element('p', { class: 'crumbs' }, product.categories ? link(address(`category/${product.categories.category_id}`), {}, product.categories.name) : link('#/', {}, 'Home')),
        heading,
        element('p', { class: 'facts' }, product.brand ?? '', rating(product.rating)),
        element('p', { class: 'price' }, price(product.price)),
        element('p', { class: product.stock === 0 ? 'stock none' : 'stock' }, stockWords(product.stock)),
        product.description && element('p', {}, product.description),
        cartButton(product, { class: 'main' }),
        properties(product))),
    content: [
      shelf({ title: 'Often bought together', load: () => read('/rpc/bought_together', { product_ids: [id], k: 4 }), otherwise: 'Nobody has bought this together with something else yet.' }),
      shelf({ title: 'Similar products', load: () => read('/rpc/similar_products', { product_id: id, k: 8 }), otherwise: 'There is nothing like it.' })
    ]
  }
}
