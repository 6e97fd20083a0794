// Search with facets. A change of the filter keeps the page and the focus, and writes the new address.
import { read } from '../shop/api.js'
import { categories } from '../shop/catalog.js'
import { parsed } from '../shop/filter.js'
import { logClick, logSearch } from '../shop/search_log.js'
import { address } from '../view/address.js'
import { announce } from '../view/announce.js'
import { element, link } from '../view/element.js'
import { facetList } from '../view/facet_list.js'
import { complaint, fill } from '../view/fill.js'
import { productList, shelf } from '../view/product_card.js'

const pageLength = 24
const orders = { relevance: 'Best match', price_asc: 'Price, lowest first', price_desc: 'Price, highest first', rating: 'Rating', newest: 'Newest' }

const trending = () => shelf({ title: 'Trending now', load: () => read('/rpc/trending', { k: 8 }), otherwise: 'Nothing trends at the moment.' })

function correction(rows, query) {
  const corrected = rows[0]?.did_you_mean
  return corrected && element('p', { class: 'correction' }, 'Did you mean ', element('strong', {}, corrected), '? That is what you see. ',
    link(address('search', { query, exact: 1 }), {}, `Search for “${query}” as it stands`))
}

function nothing(state, change) {
  if (Object.keys(state.filter).length > 0) {
    return [element('p', { class: 'empty' }, 'No product passes all filters. ', element('button', { type: 'button', click: () => change({ filter: {} }) }, 'Remove all filters'))]
  }
  return [element('p', { class: 'empty' }, `Nothing in the shop goes by “${state.query}”. Try another word, or see what others look at.`), trending()]
}

// A filter in the address may be anybody's: one that the shop refuses lets nothing pass, and can be taken back.
const refused = (filter) => (error) => {
  if (error.status === 400 && Object.keys(filter).length > 0) return []
  throw error
}

// Rows of further pages join those that are there.
function moreButton(rows, list, load) {
  if (rows.length < pageLength) return null
  const button = element('button', { type: 'button', class: 'more' }, 'Show more')
  button.addEventListener('click', async () => {
    button.disabled = true
    try {
      const next = await load(rows.at(-1).cursor)
      const added = [...productList(next).children]
      list.append(...added)
      button.replaceWith(...[moreButton(next, list, load)].filter(Boolean))
      added[0]?.querySelector('a').focus()
      announce(next.length ? `${next.length} more products.` : 'That was all.')
    } catch (error) {
      button.replaceWith(complaint(error))
    }
  })
  return button
}

function sortMenu(state, change) {
  return element('label', { class: 'sort' }, 'Order ', element('select', { change: (event) => change({ sort: event.target.value }) },
    Object.entries(orders).map(([value, words]) => element('option', { value, selected: value === state.sort }, words))))
}

export function searchPage({ parameters }) {
  const query = (parameters.query ?? '').trim()
  if (!query) return { title: 'Search', content: [element('p', {}, 'Type what you are looking for into the box above.'), trending()] }
  const state = { query, filter: parsed(parameters.filter), sort: Object.hasOwn(orders, parameters.sort ?? '') ? parameters.sort : 'relevance', correct: !parameters.exact }
  const results = element('div', { class: 'results' })
  const facets = element('div', { class: 'facets' })
  const found = element('p', { class: 'found', role: 'status' })
  let shown = []
  let logged = null

  async function load(after) {
    const rows = await read('/rpc/search', { query, k: pageLength, filter: state.filter, correct: state.correct, sort: state.sort, after }).catch(refused(state.filter))
    shown = after ? [...shown, ...rows] : rows
    // One search a visit of the page: filters and orders look at the same one again.
    logged ??= logSearch(query, rows)
    return rows
  }

  results.addEventListener('click', async (event) => {
    const card = event.target.closest('a.cover')?.closest('.card')
    const place = card ? [...card.parentElement.children].indexOf(card) : -1
    const row = shown[place]   // none where nothing was found and others are shown instead
    if (row && await logged !== null) logClick(await logged, row.product_id, place + 1)
  })

  function change(difference) {
    Object.assign(state, difference)
    const filter = Object.keys(state.filter).length ? JSON.stringify(state.filter) : ''
    history.replaceState(null, '', address('search', { query, filter, sort: state.sort === 'relevance' ? '' : state.sort, exact: state.correct ? '' : 1 }))
    refresh(null)
  }

  function refresh(waiting) {
    fill(results, load, (rows) => {
      found.textContent = rows.length === 0 ? 'Nothing found' : `${rows.length}${rows.length === pageLength ? ' or more' : ''} ${rows.length === 1 ? 'product' : 'products'}`
      if (rows.length === 0) return nothing(state, change)
      const list = productList(rows)
      return [correction(rows, query), list, moreButton(rows, list, load)].filter(Boolean)
    }, waiting)
    const focused = facets.contains(document.activeElement) ? document.activeElement.id : null
    const open = facets.querySelector('details')?.open
    fill(facets, () => Promise.all([read('/rpc/facets', { query, filter: state.filter, k: 12, correct: state.correct }).catch(refused(state.filter)), categories()]),
      ([rows, all]) => facetList(rows, all, state.filter, open, (filter) => change({ filter })), null)
      .then(() => { if (focused !== null) (document.getElementById(focused) ?? facets.querySelector('summary'))?.focus() })
  }

  refresh()
  return {
    title: `Results for “${query}”`,
    content: [element('div', { class: 'columns' },
      element('section', { 'aria-label': 'Filters' }, sortMenu(state, change), facets),
      element('section', { 'aria-label': 'Products found' }, found, results))]
  }
}
