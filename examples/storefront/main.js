// Which page an address shows, and what all pages have in common.
import { cartCount, onCartChange } from './shop/cart.js'
import { onSessionChange, shopper } from './shop/session.js'
import { currentAddress } from './view/address.js'
import { element, link } from './view/element.js'
import { complaint } from './view/fill.js'
import { searchBox } from './view/search_box.js'
import { accountPage } from './page/account.js'
import { adminPage } from './page/admin.js'
import { cartPage } from './page/cart.js'
import { categoryPage } from './page/category.js'
import { homePage } from './page/home.js'
import { productPage } from './page/product.js'
import { searchPage } from './page/search.js'
import { whyPage } from './page/why.js'

// Each returns, at once or as a promise, the page's title and content, or nothing when there is no such thing.
const pages = { '': homePage, product: productPage, category: categoryPage, search: searchPage, cart: cartPage, why: whyPage, account: accountPage, admin: adminPage }

const missing = () => ({
  title: 'Nothing here',
  content: [element('p', {}, 'There is no such page or product, or no longer. ', link('#/', {}, 'See what the shop has for you'), '.')]
})

const main = document.getElementById('content')
let shown = null

async function show() {
  const asked = currentAddress()
  const turn = shown = {}
  main.setAttribute('aria-busy', 'true')
  const page = await render(asked)
  if (turn !== shown) return
  main.removeAttribute('aria-busy')
  document.title = `${page.title} · shopsmart`
  const heading = element('h1', { tabindex: '-1' }, page.title)
  main.className = `page-${asked.page || 'home'}`
  main.replaceChildren(page.heading?.(heading) ?? heading, ...page.content)
  searchBox.write(asked.page === 'search' ? asked.parameters.query ?? '' : '')
  // The first page is where the browser puts the focus; after that, a new page is read from its heading.
  if (main.dataset.visited) {
    heading.focus({ preventScroll: true })
    scrollTo(0, 0)
  }
  main.dataset.visited = true
}

async function render(asked) {
  try {
    return await (Object.hasOwn(pages, asked.page) ? pages[asked.page](asked) : undefined) ?? missing()
  } catch (error) {
    return { title: 'That did not work', content: [complaint(error, show)] }
  }
}

function writeCart() {
  const count = cartCount()
  document.getElementById('cart-link').replaceChildren('Cart', count ? element('span', { class: 'count' }, String(count), element('span', { class: 'unseen' }, ' products')) : '')
}

const writeAccount = () => { document.getElementById('account-link').textContent = shopper() ?? 'Sign in' }

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault()
  main.focus()
})
searchBox.start()
onCartChange(writeCart)
onSessionChange(writeAccount)
writeCart()
writeAccount()
addEventListener('hashchange', show)
show()
