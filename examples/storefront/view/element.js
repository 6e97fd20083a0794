// Elements without markup: strings become text, so that nothing in the shop's data can become HTML.
function complete(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false))
  return made
}

export const element = (name, attributes = {}, ...children) => complete(document.createElement(name), attributes, children)
export const drawing = (name, attributes = {}, ...children) =>
  complete(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)

export const link = (address, attributes, ...children) => element('a', { href: address, ...attributes }, ...children)
