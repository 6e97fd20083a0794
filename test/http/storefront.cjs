// What a visitor, a shopper and an administrator do in the storefront, in headless Chromium. Prints "ok title" or "not ok title"
// for each check. Environment: SHOP_URL, CHROMIUM, SHOPPER_TOKEN, ADMIN_TOKEN; SCREENSHOTS, a folder, to look at the pages.
const { chromium } = require('playwright-core')
const { SHOP_URL, CHROMIUM, SHOPPER_TOKEN, ADMIN_TOKEN, SCREENSHOTS } = process.env

const check = (fine, title, found) => console.log(fine ? `ok ${title}` : `not ok ${title}${found === undefined ? '' : `: found ${JSON.stringify(found)}`}`)

const shelf = (page, title) => page.getByRole('region', { name: title, exact: true })
const names = async (place) => {
  await place.locator('.card .name').first().waitFor()
  return place.locator('.card .name').allTextContents()
}
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()
// Types, and waits for the suggestions for all of it: those for its beginning would be replaced, with what is chosen among them.
async function type(page, text, whole) {
  const answer = page.waitForResponse((response) => new URL(response.url()).searchParams.get('prefix') === whole)
  await page.keyboard.type(text)
  await (await answer).finished()
}
const settled = (page) => page.locator('main:not([aria-busy]):not(:has([aria-busy]))').waitFor()

// Failures that a check provokes are reported by the browser too; others are not expected.
let provoked = false
async function visit(page, address) {
  await page.goto(`${SHOP_URL}/${address}`)
  await page.locator('h1').waitFor()
  await settled(page)
}

async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.on('console', (message) => { if (message.type() === 'error' && !provoked) check(false, 'no error in the console', message.text()) })
  page.on('pageerror', (error) => check(false, 'no error in a script', error.message))
  page.setDefaultTimeout(30000)
  return page
}

async function views(page) {
  await visit(page, '')
  const before = await names(shelf(page, 'For you'))
  const trending = await names(shelf(page, 'Trending now'))
  check(before.length === 8 && trending.length === 8, 'home lists what is for you and what trends', [before.length, trending.length])
  const liked = await shelf(page, 'For you').locator('.card .cover').nth(2)
  const name = (await liked.locator('.name').textContent())
  await liked.click()
  await heading(page, name)
  await settled(page)
  check((await names(shelf(page, 'Similar products'))).length > 3, 'a product has similar ones')
  check((await shelf(page, 'Often bought together').locator('.card').count()) > 0, 'and others that are bought with it')
  await page.getByRole('link', { name: 'shopsmart' }).click()
  await heading(page, /Good to see you/)
  const after = await names(shelf(page, 'For you'))
  check(after.join() !== before.join() && !after.includes(name), 'what one has viewed changes what is for one')
  const why = shelf(page, 'For you').getByRole('link', { name: /^Picked for you/ }).first()
  await why.click()
  await heading(page, /^Why /)
  check((await page.locator('.bars tbody tr').count()) >= 1 && (await page.locator('.bars tbody').textContent()).includes(name), 'a reason names what one viewed')
  await page.goBack()
  await heading(page, /Good to see you/)
}

async function hostileNames(page) {
  await visit(page, '')
  const hostile = shelf(page, 'Trending now').locator('.cover', { hasText: '<img src=x onerror="hacked=1"> tent' })
  check(await hostile.count() === 1, 'a hostile name is shown as text')
  await hostile.click()
  await heading(page, '<img src=x onerror="hacked=1"> tent')
  await settled(page)
  check((await page.locator('main').textContent()).includes('<script>hacked=1</script>'), 'so is a hostile description')
  check(await page.getByRole('link', { name: '"><img src=x onerror=hacked=1>' }).count() === 1, '... and a hostile category')
  await visit(page, '#/search?query=%3Cimg+src%3Dx+onerror%3Dhacked%3D1%3E+tent&filter=%7B%22brand%22%3A%22%3Cb%3E%22%7D')
  await visit(page, '#/%3Cimg%20src=x%3E/1')
  await heading(page, 'Nothing here')
  check(!await page.evaluate(() => 'hacked' in window || document.querySelector('main img[onerror], main script, main b')), 'nothing of it ran or became HTML')
}

async function keyboardSearch(page) {
  await visit(page, '')
  await page.keyboard.press('Tab')
  check(await page.evaluate(() => document.activeElement.textContent) === 'Skip to content', 'the first stop of the keyboard is the skip link')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const box = page.getByRole('combobox', { name: 'Search the shop' })
  check(await box.evaluate((input) => input === document.activeElement), 'the third is the search box')
  await type(page, 'run', 'run')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('ArrowDown')
  const active = await box.getAttribute('aria-activedescendant')
  check(await page.locator(`#${active}`).getAttribute('aria-selected') === 'true' && await box.getAttribute('aria-expanded') === 'true', 'arrows choose a suggestion, and say so')
  await page.keyboard.press('Escape')
  check(await box.getAttribute('aria-expanded') === 'false' && await page.getByRole('option').count() === 0, 'Escape closes the list')
  await type(page, 'nin', 'runnin')
  await page.getByRole('option', { name: 'Running category' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await heading(page, 'Running')
  check(await page.evaluate(() => document.activeElement.tagName) === 'H1', 'Enter goes there, and the focus to its heading')
  await box.focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('runing shoe')
  await page.keyboard.press('Enter')
  await heading(page, 'Results for “runing shoe”')
  await settled(page)
  check((await page.locator('.correction').textContent()).includes('Did you mean running shoe?'), 'a typo is corrected')
  check((await names(page.locator('.results'))).every((name) => /running shoe/i.test(name)), '... and the right products are found')
  for (let stop = 0; stop < 30 && await page.evaluate(() => document.activeElement.id) !== 'facet-brand-Aero'; stop++) await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: /^Aero.*remove this filter/ }).waitFor()
  await settled(page)
  const brands = await page.locator('.results .facts').allTextContents()
  check(brands.length >= 10 && brands.every((facts) => facts.startsWith('Aero')), 'a facet filters', brands)
  check(await page.evaluate(() => document.activeElement.id) === 'facet-brand-Aero', '... and keeps the focus')
  check(/^[0-9]+ (or more )?products$/.test(await page.locator('.found[role=status]').textContent()), '... and a status tells how many there are')
  await page.reload()
  await settled(page)
  check(await page.getByLabel(/^Aero/).isChecked(), 'the address keeps the filter')
  await page.getByRole('button', { name: /^Aero.*remove this filter/ }).press('Enter')
  await page.locator('#facet-brand-Aero:not(:checked)').waitFor()
  check(await page.evaluate(() => document.activeElement.tagName) === 'SUMMARY', 'a filter taken back leaves the focus among the filters')
}

async function searching(page) {
  await visit(page, '#/search?query=shoe')
  await page.getByRole('button', { name: 'Show more' }).click()
  await page.locator('.results .card').nth(24).waitFor()
  const all = await page.locator('.results .cover').evaluateAll((links) => links.map((link) => link.href))
  check(new Set(all).size === all.length && all.length > 24, 'the next page joins the first', all.length)
  await page.getByLabel('Order').selectOption('price_asc')
  await page.waitForFunction(() => document.querySelectorAll('.results .card').length === 24)
  const prices = (await page.locator('.results .price').allTextContents()).map((text) => Number(text.replace(/[^0-9.]/g, '')))
  check(prices.every((price, index) => index === 0 || price >= prices[index - 1]), 'the order can be chosen')
  const third = page.locator('.results .cover').nth(2)
  const opened = await third.locator('.name').textContent()
  await third.click()
  await heading(page, opened)
  await visit(page, '#/search?query=xyzzyqq')
  check((await names(shelf(page, 'Trending now'))).length > 0, 'a search without results is no dead end')
  await visit(page, '#/search?query=shoe&filter={"brand":["Alba"]}')
  await page.getByRole('button', { name: 'Remove all filters' }).click()
  check((await names(page.locator('.results'))).length === 24, 'neither are filters that nothing passes')
  provoked = true
  await visit(page, '#/search?query=shoe&filter={"colour":1,"brand":{"of":[7]},"price":null}')
  await page.getByRole('button', { name: 'Remove all filters' }).click()
  check((await names(page.locator('.results'))).length === 24, 'nor a filter that is none')
  provoked = false
}

async function cart(page) {
  await visit(page, '#/cart')
  check((await names(shelf(page, 'For you'))).length > 0, 'an empty cart is no dead end')
  await visit(page, '#/search?query=tent')
  await page.locator('.results .card').nth(1).getByRole('button').click()
  await page.getByRole('status').filter({ hasText: 'is in your cart' }).waitFor()
  await page.getByRole('link', { name: /^Cart.*1.*products/ }).click()
  await heading(page, 'Your cart')
  check((await names(shelf(page, 'Goes well with your cart'))).length > 0, 'the cart shows what is bought with it')
  await page.getByLabel(/^Quantity/).fill('3')
  await page.getByLabel(/^Quantity/).blur()
  await page.getByRole('link', { name: /^Cart.*3.*products/ }).waitFor()
  await page.getByRole('button', { name: 'Place the order' }).click()
  await heading(page, 'Your cart is empty')
  await visit(page, '#/account')
  check(/remembers [0-9]+ things/.test(await page.locator('main').textContent()), 'the order is among what the shop knows')
}

async function trouble(page) {
  provoked = true
  await page.route('**/rpc/trending*', (route) => route.abort())
  await visit(page, '')
  await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor()
  await page.unroute('**/rpc/trending*')
  await page.getByRole('button', { name: 'Try again' }).click()
  check((await names(shelf(page, 'Trending now'))).length === 8, 'after an error one can try again')
  await page.route('**/rpc/recommendations*', (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '7' }, body: '{}' }))
  await visit(page, '#/account')
  await visit(page, '#/')
  check((await page.getByRole('alert').textContent()).includes('Try again in 7 seconds.'), 'who asks too often is told how long to wait')
  await page.unroute('**/rpc/recommendations*')
  await visit(page, '#/product/999999')
  check(await page.locator('main').getByRole('link').count() > 0, 'an unknown product is no dead end')
  await visit(page, '#/account')
  await page.getByLabel('Token').fill('not.a.token')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'not good here' }).waitFor()
  await page.evaluate(() => localStorage.setItem('visitor', '"an.old.token"'))
  await visit(page, '#/')
  check((await names(shelf(page, 'For you'))).length === 8, 'a visitor whose token has ended gets another')
  provoked = false
}

async function signingIn(page) {
  await visit(page, '#/product/3')
  await visit(page, '#/account')
  await page.getByLabel('Token').fill(SHOPPER_TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'Good to see you, ana')
  await settled(page)
  check(/things you did before came along/.test(await page.locator('#announcer').textContent()), 'what a visitor did comes along at the login')
  check((await shelf(page, 'For you').getByRole('link', { name: /^Picked for you/ }).count()) > 4, 'a shopper has recommendations of his own')
}

async function administration(page) {
  await visit(page, '#/admin')
  await page.getByLabel('Token').fill(ADMIN_TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await shelf(page, 'Health').getByRole('row', { name: /^version ok/ }).waitFor()
  await settled(page)
  check(await shelf(page, 'Jobs').getByRole('button', { name: /^Run now/ }).count() >= 4, 'the jobs are there')
  await page.getByRole('button', { name: /^Run now.*trending/ }).click()
  await shelf(page, 'Jobs').getByRole('row', { name: /^trending succeeded/ }).waitFor()
  check(await shelf(page, 'Quality of models').locator('.bars tbody tr').count() >= 3, 'models are compared')
  check(await page.getByRole('region', { name: /^Trending in/ }).locator('svg.bar').count() === 24, 'what trends is drawn')
}

// Each of these looks at the whole page, in the browser.
function faultsOfPage(width) {
  const faults = []
  if (document.documentElement.scrollWidth > width) faults.push(`is ${document.documentElement.scrollWidth} wide`)
  if (document.querySelectorAll('h1').length !== 1) faults.push('has not one h1')
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
  if (new Set(ids).size !== ids.length) faults.push('has an id twice')
  for (const control of document.querySelectorAll('a, button, input, select, textarea')) {
    const name = control.labels?.length ? control.labels[0].textContent : control.getAttribute('aria-label') ?? control.textContent
    if (!name.trim()) faults.push(`${control.outerHTML.slice(0, 60)} has no name`)
  }
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data] }
  const light = (color) => rgb(color).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0)
  const ground = (one) => !one ? 'white' : rgb(getComputedStyle(one).backgroundColor)[3] > 200 ? getComputedStyle(one).backgroundColor : ground(one.parentElement)
  for (const one of document.querySelectorAll('body *:not(.unseen):not(option)')) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !one.checkVisibility() || one.closest('.unseen, :disabled, svg')) continue
    const [dark, bright] = [light(getComputedStyle(one).color), light(ground(one))].sort((a, b) => a - b)
    if ((bright + 0.05) / (dark + 0.05) < 4.5) faults.push(`${one.outerHTML.slice(0, 60)} has contrast ${((bright + 0.05) / (dark + 0.05)).toFixed(2)}`)
  }
  return [...new Set(faults)].slice(0, 5)
}

async function everyPage(page, width, colorScheme) {
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(() => localStorage.setItem('cart', '[[4,2],[9,1]]'))
  const addresses = { home: '#/', product: '#/product/3', category: '#/category/2', search: '#/search?query=runing+shoe', cart: '#/cart', why: '#/why/7?strategy=personalized', account: '#/account', admin: '#/admin', nothing: '#/nothing' }
  for (const [name, address] of Object.entries(addresses)) {
    await visit(page, address)
    const faults = await page.evaluate(faultsOfPage, width)
    check(faults.length === 0, `${name} at ${width} px, ${colorScheme}: width, headings, names, contrast`, faults)
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true })
  }
}

async function run() {
  const browser = await chromium.launch({ executablePath: CHROMIUM })
  const page = await newPage(browser)
  try {
    for (const part of [views, hostileNames, keyboardSearch, searching, cart, trouble, signingIn, administration]) await part(page)
    await everyPage(page, 360, 'light')
    await everyPage(page, 1280, 'dark')
  } finally {
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/last.png` })
  }
  await browser.close()
}

run().then(() => process.exit(0), (error) => {
  console.error(error)
  process.exit(1)
})
