import { read } from '../shop/api.js'
import { below, categories } from '../shop/catalog.js'
import { address } from '../view/address.js'
import { element, link } from '../view/element.js'
import { shelf } from '../view/product_card.js'

const pageLength = 24

export async function categoryPage({ id, parameters }) {
  const all = await categories()
  const category = all.find((one) => one.category_id === id)
  if (!category) return undefined
  const start = Number(parameters.from) || 0
  const children = all.filter((one) => one.parent_id === id)
  const parent = all.find((one) => one.category_id === category.parent_id)
  const turn = (from, words, relation) => link(address(`category/${id}`, { from: from || '' }), { rel: relation }, words)
  const pager = element('nav', { class: 'pager', 'aria-label': 'Pages' }, start > 0 && turn(Math.max(0, start - pageLength), 'Previous', 'prev'))
  const load = async () => {
    const rows = await read('/products', { category_id: `in.(${below(all, id).join(',')})`, order: 'rating.desc.nullslast,product_id', limit: pageLength + 1, offset: start })
    if (rows.length > pageLength) pager.append(turn(start + pageLength, 'Next', 'next'))
    return rows.slice(0, pageLength)
  }
  return {
    title: category.name,
    content: [
      element('nav', { 'aria-label': 'Categories' }, element('ul', { class: 'chips' },
        [parent ?? { name: 'All departments' }, ...children].map((one) =>
          element('li', {}, link(one.category_id ? address(`category/${one.category_id}`) : '#/', {}, one === parent || !one.category_id ? `‹ ${one.name}` : one.name))))),
      start === 0 && shelf({ title: 'Trending here', load: () => read('/rpc/trending', { category_id: id, k: 4 }), hideEmpty: true, otherwise: '' }),
      shelf({ title: 'Best rated', load, otherwise: 'There is nothing here yet.' }),
      pager
    ].filter(Boolean)
  }
}
