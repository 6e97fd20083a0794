// Why something was recommended: the events of the shopper that speak for it, one line for each product.
import { ago, product as findProduct } from '../shop/catalog.js'
import { readAsShopper } from '../shop/session.js'
import { address } from '../view/address.js'
import { barTable } from '../view/bar_table.js'
import { element, link } from '../view/element.js'
import { picture } from '../view/picture.js'
import { strategyWords } from '../view/strategy.js'

const deeds = { view: 'You viewed it', add_to_cart: 'You put it into the cart', purchase: 'You bought it' }

// Events arrive weightiest first; a product's own latest events stand behind it.
function seeds(reasons) {
  const found = new Map()
  for (const reason of reasons) {
    const seed = found.get(reason.seed_product_id) ?? { ...reason, contribution: 0, events: [] }
    seed.contribution += reason.contribution
    seed.events.push(reason)
    found.set(reason.seed_product_id, seed)
  }
  return [...found.values()].sort((one, other) => other.contribution - one.contribution)
}

function story(seed) {
  const [first] = seed.events
  const more = seed.events.length - 1
  return `${deeds[first.event_type] ?? first.event_type.replaceAll('_', ' ')} ${ago(first.occurred_at)}${more ? `, and came back to it ${more === 1 ? 'once' : `${more} times`}` : ''}.`
}

function reasonsTable(reasons) {
  const all = seeds(reasons)
  const sum = all.reduce((total, seed) => total + seed.contribution, 0)
  return barTable({
    caption: 'What you did, and how much of the recommendation comes from it', columns: ['Product', 'Share'],
    rows: all.slice(0, 12).map((seed) => ({
      label: [link(address(`product/${seed.seed_product_id}`), {}, seed.name), element('small', {}, story(seed))],
      value: seed.contribution / sum,
      words: `${Math.round(100 * seed.contribution / sum)} %`
    }))
  })
}

export async function whyPage({ id, parameters }) {
  const product = id === undefined ? undefined : await findProduct(id)
  if (!product) return undefined
  const reasons = await readAsShopper('/rpc/explain', { product_id: id })
  const place = link(address(`product/${id}`), {}, product.name)
  return {
    title: `Why ${product.name}?`,
    heading: (heading) => element('div', { class: 'reason' }, picture(product), element('div', {}, heading,
      element('p', {}, element('span', { class: 'badge' }, strategyWords(parameters.strategy)), ' ', place))),
    content: reasons.length
      ? [element('p', {}, 'People who dealt with the products below often dealt with this one too. The more alike and the more you did, the more it counts.'), reasonsTable(reasons),
        element('p', {}, link('#/account', {}, 'What the shop knows of you'))]
      : [element('p', {}, 'Nothing you did speaks for it in particular: it is shown because many people want it at the moment, or because it is new. ',
        link('#/', {}, 'View a few products'), ', and recommendations follow you.')]
  }
}
