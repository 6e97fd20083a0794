import { read } from '../shop/api.js'
import { categories } from '../shop/catalog.js'
import { readAsShopper, shopper } from '../shop/session.js'
import { address } from '../view/address.js'
import { element, link } from '../view/element.js'
import { fill } from '../view/fill.js'
import { shelf } from '../view/product_card.js'
import { whyLink } from '../view/strategy.js'

const topCategories = (all) => element('ul', { class: 'chips' },
  all.filter((category) => category.parent_id === null)
    .map((category) => element('li', {}, link(address(`category/${category.category_id}`), {}, category.name))))

export function homePage() {
  const departments = element('nav', { 'aria-label': 'Categories' })
  fill(departments, categories, topCategories, null)
  const name = shopper()
  return {
    title: name ? `Good to see you, ${name}` : 'Good to see you',
    heading: (heading) => element('div', { class: 'welcome' }, heading,
      element('p', {}, 'Look around: what you view and put into the cart changes what you see next.'), departments),
    content: [
      shelf({ title: 'For you', load: () => readAsShopper('/rpc/recommendations', { k: 8 }), footnote: whyLink, otherwise: 'Nothing yet: look at a few products first.' }),
      shelf({ title: 'Trending now', load: () => read('/rpc/trending', { k: 8 }), otherwise: 'Nothing trends at the moment. Search, or choose a category above.' })
    ]
  }
}
