// Facets: what the found products have, to be ticked. What is chosen stands above, to be taken back.
import { price } from '../shop/catalog.js'
import { choices, chosen, toggled } from '../shop/filter.js'
import { element } from './element.js'

const titles = { brand: 'Brand', category: 'Category', price: 'Price', rating: 'Rating' }
const wide = matchMedia('(min-width: 50rem)')

function range({ gte, gt, lt, lte }) {
  const from = gte ?? gt
  const to = lt ?? lte
  if (from === undefined) return `below ${price(to)}`
  return to === undefined ? `${price(from)} and more` : `${price(from)} to ${price(to)}`
}

function words(choice, categories) {
  const [[key, value]] = Object.entries(choice)
  switch (key) {
    case 'category': return categories.find((category) => category.category_id === value)?.name ?? `Category ${value}`
    case 'price': return range(value ?? {})
    case 'rating': return `${value?.gte ?? 0} stars and more`
    case 'in_stock': return value ? 'In stock' : 'Sold out'
    default: return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

function box(id, choice, label, count, filter, change) {
  return element('li', {}, element('label', {},
    element('input', { type: 'checkbox', id, checked: chosen(filter, choice), change: () => change(toggled(filter, choice)) }),
    element('span', {}, label), count !== undefined && element('span', { class: 'tally' }, String(count), element('span', { class: 'unseen' }, ' products'))))
}

function group(facet, rows, categories, filter, change) {
  return element('fieldset', {}, element('legend', {}, titles[facet] ?? facet.replace('attributes.', '')),
    element('ul', {}, rows.map((row) => box(`facet-${facet}-${row.value}`, row.adds, words(row.adds, categories), row.products, filter, change))))
}

export function facetList(rows, categories, filter, open, change) {
  const facets = [...new Set(rows.map((row) => row.facet))]
  const taken = choices(filter)
  return [
    taken.length > 0 && element('ul', { class: 'chips', 'aria-label': 'Chosen filters' }, taken.map((choice) =>
      element('li', {}, element('button', { type: 'button', click: () => change(toggled(filter, choice)) },
        words(choice, categories), element('span', { 'aria-hidden': 'true' }, ' ×'), element('span', { class: 'unseen' }, ': remove this filter'))))),
    element('details', { open: open ?? wide.matches }, element('summary', {}, 'Filters'),
      element('ul', { class: 'alone' }, box('facet-in-stock', { in_stock: true }, 'In stock', undefined, filter, change)),
      facets.map((facet) => group(facet, rows.filter((row) => row.facet === facet), categories, filter, change)))
  ].filter(Boolean)
}
