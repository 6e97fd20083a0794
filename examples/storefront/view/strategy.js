// How the shop came upon a recommendation, in words.
import { address } from './address.js'
import { element, link } from './element.js'

const words = {
  personalized: 'Picked for you', session: 'Goes with this visit', again: 'Once more?', similar: 'Like what you viewed', content: 'Much alike',
  category_trending: 'Trending in a category you like', global_trending: 'Trending now', popular: 'Loved by many', newest: 'New in the shop'
}

export const strategyWords = (strategy) => Object.hasOwn(words, strategy ?? '') ? words[strategy] : 'Recommended'

export const whyLink = (product) => element('p', { class: 'why' },
  link(address(`why/${product.product_id}`, { strategy: product.strategy }), {}, strategyWords(product.strategy),
    element('span', { class: 'unseen' }, `: why ${product.name}?`), element('span', { 'aria-hidden': 'true' }, ' · why?')))
