// What an administrator looks at: health, jobs, quality of the models, what trends. Its token ends with the browser window.
import { read, readAsStaff, writeAsStaff } from '../shop/api.js'
import { ago } from '../shop/catalog.js'
import { claims } from '../shop/session.js'
import { forThisVisit } from '../shop/storage.js'
import { address } from '../view/address.js'
import { announce } from '../view/announce.js'
import { barTable } from '../view/bar_table.js'
import { element, link } from '../view/element.js'
import { fill } from '../view/fill.js'
import { table } from '../view/table.js'
import { tokenForm } from '../view/token_form.js'

const refresh = () => dispatchEvent(new Event('hashchange'))
const ask = (path, parameters) => readAsStaff(path, parameters, forThisVisit.get('staff'))
const badge = (state) => element('span', { class: `badge ${['ok', 'warn', 'error', 'succeeded', 'failed'].includes(state) ? state : ''}` }, state)
const moment = (time) => time ? element('time', { datetime: time, title: new Date(time).toLocaleString() }, ago(time)) : 'never'

function panel(title, load, show) {
  const heading = element('h2', { id: `panel-${title.toLowerCase().replaceAll(' ', '-')}` }, title)
  const place = element('div')
  fill(place, load, show, element('p', { class: 'waiting line', 'aria-hidden': 'true' }))
  return element('section', { class: 'panel', 'aria-labelledby': heading.id }, heading, place)
}

const health = (rows) => table('Checks', ['Check', 'State', 'What', 'What to do'], rows.map((row) => [row.subject, badge(row.state), row.message, row.hint ?? '']))

function runButton(job) {
  return element('button', {
    type: 'button', class: 'quiet',
    click: async (event) => {
      event.target.disabled = true
      announce(`${job} runs.`)
      try {
        const run = await writeAsStaff('/rpc/run_job', { job, force: true }, forThisVisit.get('staff'))
        announce(`${job} ${run.status}.`)
        refresh()
      } catch (error) {
        event.target.disabled = false
        announce(`${job}: ${error.message}`)
      }
    }
  }, 'Run now', element('span', { class: 'unseen' }, `: ${job}`))
}

const jobs = (rows) => table('Jobs', ['Job', 'Last run', 'Started', 'Next', 'Message', 'Action'], rows.map((row) =>
  [row.job, row.last_status ? badge(row.last_status) : 'none yet', moment(row.last_start), row.enabled ? moment(row.next_start) : 'off', row.last_message ?? '', runButton(row.job)]))

function quality(rows) {
  const overall = rows.filter((row) => row.segment === 'all')
  if (overall.length === 0) return element('p', { class: 'empty' }, 'No evaluation yet. ', element('code', {}, 'SELECT * FROM shopsmart_evaluate()'), ' makes one.')
  const sizes = [...new Set(overall.map((row) => row.k))]
  const k = sizes.includes(10) ? 10 : sizes[0]
  const shown = overall.filter((row) => row.k === k)
  const share = (value) => value === null ? '' : `${(100 * value).toFixed(1)} %`
  return [
    barTable({
      caption: `NDCG@${k} on ${shown[0].users} users, ${ago(shown[0].started_at)}; the line is the 95 % interval`, columns: ['Model', 'NDCG'],
      rows: shown.map((row) => ({ label: row.model, value: row.ndcg, low: row.ndcg_low, high: row.ndcg_high, words: row.ndcg.toFixed(3) }))
    }),
    table(`More figures for the first ${k}`, ['Model', 'Recall', 'Precision', 'Hit rate', 'MRR', 'Coverage'],
      shown.map((row) => [row.model, share(row.recall), share(row.precision), share(row.hit_rate), row.mrr?.toFixed(3) ?? '', share(row.coverage)]))
  ]
}

const trends = (rows) => rows.length === 0 ? element('p', { class: 'empty' }, 'Nothing trends: there were no events in this time.')
  : barTable({
    caption: 'Events by their weight; newer ones count more', columns: ['Product', 'Score'],
    rows: rows.map((row) => ({ label: link(address(`product/${row.product_id}`), {}, row.name), value: row.score, words: row.score.toFixed(1) }))
  })

async function enter(token) {
  await readAsStaff('/rpc/jobs', {}, token)
  forThisVisit.set('staff', token)
  refresh()
}

const leave = () => {
  forThisVisit.remove('staff')
  refresh()
}

export function adminPage() {
  const token = forThisVisit.get('staff')
  const over = claims(token ?? '').exp * 1000 < Date.now()
  if (!token || over) {
    return {
      title: 'Administration',
      content: [element('p', {}, over ? 'Your session has ended.' : 'For the staff of the shop: the token of an administrator, which the README shows how to make.'), tokenForm(enter)]
    }
  }
  return {
    title: 'Administration',
    content: [
      element('p', {}, element('button', { type: 'button', click: leave }, 'Sign out')),
      panel('Health', () => ask('/rpc/status'), health),
      panel('Jobs', () => ask('/rpc/jobs'), jobs),
      panel('Quality of models', () => ask('/rpc/evaluations'), quality),
      element('div', { class: 'panels' }, [['24h', 'Trending in 24 hours'], ['7d', 'Trending in 7 days'], ['30d', 'Trending in 30 days']]
        .map(([time_window, title]) => panel(title, () => read('/rpc/trending', { k: 8, time_window }), trends)))
    ]
  }
}
