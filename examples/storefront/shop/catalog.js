// Products and categories, and how what they hold is written.
import { currency } from '../config.js'
import { read } from './api.js'

const money = new Intl.NumberFormat('en', { style: 'currency', currency })
export const price = (amount) => amount === null ? 'Price on request' : money.format(amount)

const recent = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
export function ago(time) {
  const seconds = (new Date(time) - Date.now()) / 1000
  const [unit, length] = [['day', 86400], ['hour', 3600], ['minute', 60]].find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return recent.format(Math.round(seconds / length), unit)
}

export const products = (product_ids) =>
  product_ids.length ? read('/products', { product_id: `in.(${product_ids.join(',')})` }) : Promise.resolve([])

export async function product(product_id) {
  const [found] = await read('/products', { product_id: `eq.${product_id}`, select: '*,categories(category_id,name)' })
  return found
}

let known = null
export function categories() {
  known ??= read('/categories', { order: 'name' }).catch((error) => {
    known = null
    throw error
  })
  return known
}

// A category with all below it. Parents may form a ring.
export function below(all, category_id) {
  const ids = new Set([category_id])
  for (const id of ids) {
    for (const category of all) if (category.parent_id === id) ids.add(category.category_id)
  }
  return [...ids]
}
