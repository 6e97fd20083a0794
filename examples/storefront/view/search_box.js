// The search box: a combobox with a list of suggestions. Arrows choose, Enter takes, Escape closes.
import { read } from '../shop/api.js'
import { address } from './address.js'
import { element } from './element.js'

const form = document.getElementById('search')
const input = document.getElementById('query')
const list = document.getElementById('suggestions')
let suggestions = []
let active = -1
let timer = 0

const targets = {
  product: (row) => address(`product/${row.product_id}`),
  category: (row) => address(`category/${row.category_id}`)
}
const target = (row) => targets[row.kind]?.(row) ?? address('search', { query: row.suggestion })

function mark(index) {
  active = index
  Array.from(list.children).forEach((option, place) => option.setAttribute('aria-selected', String(place === index)))
  if (index < 0) input.removeAttribute('aria-activedescendant')
  else input.setAttribute('aria-activedescendant', list.children[index].id)
  list.children[index]?.scrollIntoView({ block: 'nearest' })
}

function close() {
  clearTimeout(timer)
  suggestions = []
  list.replaceChildren()
  list.hidden = true
  input.setAttribute('aria-expanded', 'false')
  mark(-1)
}

function go(where) {
  close()
  if (location.hash === where) dispatchEvent(new Event('hashchange'))
  else location.hash = where
}

function open(rows) {
  suggestions = rows
  list.replaceChildren(...rows.map((row, place) => element('li', {
    id: `suggestion-${place}`, role: 'option', 'aria-selected': 'false',
    // Before the input loses the focus, which closes the list.
    mousedown: (event) => event.preventDefault(),
    click: () => go(target(row))
  }, element('span', {}, row.suggestion), element('span', { class: 'kind' }, row.kind))))
  list.hidden = rows.length === 0
  input.setAttribute('aria-expanded', String(rows.length > 0))
  mark(-1)
}

async function suggest() {
  const prefix = input.value.trim()
  if (prefix.length < 2) return close()
  // Without suggestions one can search all the same; so an error here is none.
  const rows = await read('/rpc/suggest', { prefix, k: 8 }).catch(() => [])
  if (prefix === input.value.trim() && document.activeElement === input) open(rows)
}

const keys = {
  ArrowDown: () => mark(active + 1 < suggestions.length ? active + 1 : -1),
  ArrowUp: () => mark(active < 0 ? suggestions.length - 1 : active - 1),
  Escape: close
}

function onKey(event) {
  if (list.hidden || !keys[event.key]) return
  event.preventDefault()
  keys[event.key]()
}

function onSubmit(event) {
  event.preventDefault()
  const query = input.value.trim()
  if (active >= 0) go(target(suggestions[active]))
  else if (query) go(address('search', { query }))
}

export const searchBox = {
  start() {
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id })) input.setAttribute(name, value)
    input.addEventListener('input', () => {
      clearTimeout(timer)
      timer = setTimeout(suggest, 150)
    })
    input.addEventListener('keydown', onKey)
    input.addEventListener('blur', close)
    form.addEventListener('submit', onSubmit)
  },
  write(query) {
    input.value = query
  }
}
