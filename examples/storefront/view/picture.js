// A product's picture; without one, a pattern of its own, made from its numbers.
import { drawing, element } from './element.js'

const palettes = [
  ['#f3e3d3', '#c8553d', '#588b8b'], ['#dce8e4', '#1f6f66', '#e8a13a'], ['#e6e2f0', '#5b4b8a', '#e2a3c7'],
  ['#dfe9f3', '#26547c', '#ef476f'], ['#f2ead0', '#8a6d1d', '#4f6d4a'], ['#f0dedc', '#8c2f39', '#d9a48f']
]

// Spreads neighboring numbers.
const mixed = (number, salt) => (Math.imul(number + 1, 2654435761) ^ Math.imul(salt + 7, 40503)) >>> 8

function pattern(product) {
  const [ground, strong, bright] = palettes[(product.category_id ?? 0) % palettes.length]
  const pick = (salt, count) => mixed(product.product_id, salt) % count
  const size = 22 + pick(1, 14)
  const shapes = [
    drawing('circle', { cx: 30 + pick(2, 40), cy: 55 + pick(3, 20), r: size, fill: strong }),
    drawing('path', { d: `M${10 + pick(4, 30)} 100 a${size} ${size} 0 0 1 ${2 * size} 0 z`, fill: bright }),
    drawing('rect', { x: 45 + pick(5, 25), y: 12 + pick(6, 22), width: 14 + pick(7, 18), height: 60, rx: 9, fill: bright, opacity: 0.85 }),
    drawing('circle', { cx: 62 + pick(8, 24), cy: 18 + pick(9, 16), r: 7 + pick(10, 8), fill: strong, opacity: 0.75 })
  ]
  return drawing('svg', { class: 'picture', viewBox: '0 0 100 100', preserveAspectRatio: 'xMidYMid slice', 'aria-hidden': 'true' },
    drawing('rect', { width: 100, height: 100, fill: ground }), shapes)
}

function webAddress(text) {
  try {
    const address = new URL(text, document.baseURI)
    return ['https:', 'http:'].includes(address.protocol) ? address.href : null
  } catch {
    return null
  }
}

export function picture(product) {
  const source = product.image_url && webAddress(product.image_url)
  if (!source) return pattern(product)
  return element('img', { class: 'picture', src: source, alt: '', loading: 'lazy', error: (event) => event.target.replaceWith(pattern(product)) })
}
