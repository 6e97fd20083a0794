// A bar chart that is a table: each row has its bar, drawn as SVG, and says its value in words. low and high are an interval.
import { drawing, element } from './element.js'

const percent = (part) => `${(100 * Math.max(0, part)).toFixed(2)}%`

function bar(row, top) {
  const interval = row.low !== undefined && row.low !== null &&
    drawing('line', { x1: percent(row.low / top), x2: percent(row.high / top), y1: '50%', y2: '50%', class: 'interval' })
  return drawing('svg', { class: 'bar', 'aria-hidden': 'true' },
    drawing('rect', { width: '100%', height: '100%', class: 'track' }), drawing('rect', { width: percent(row.value / top), height: '100%', class: 'value' }), interval)
}

export function barTable({ caption, columns, rows, top = Math.max(...rows.map((row) => row.high ?? row.value)) || 1 }) {
  const [what, value] = columns
  return element('table', { class: 'bars' }, element('caption', {}, caption),
    element('colgroup', {}, element('col', { class: 'label' }), element('col'), element('col', { class: 'number' })),
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, what), element('th', { scope: 'col', colspan: 2 }, value))),
    element('tbody', {}, rows.map((row) => element('tr', {},
      element('th', { scope: 'row' }, row.label), element('td', {}, bar(row, top)), element('td', { class: 'number' }, row.words)))))
}
