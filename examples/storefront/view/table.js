// A table that scrolls by itself where it is wider than the page. Each row begins with its heading.
import { element } from './element.js'

const row = ([heading, ...cells]) => element('tr', {}, element('th', { scope: 'row' }, heading), cells.map((cell) => element('td', {}, cell)))

export const table = (caption, columns, rows) =>
  element('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption }, element('table', {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, columns.map((column) => element('th', { scope: 'col' }, column)))),
    element('tbody', {}, rows.map(row))))
