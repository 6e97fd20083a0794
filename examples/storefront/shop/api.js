// Requests to PostgREST. Answers are JSON; so are errors, with a message and often a hint.
import { publicApi, staffApi } from '../config.js'

export class ApiError extends Error {
  constructor(status, message, hint) {
    super(message)
    this.status = status
    this.hint = hint
  }
}

// Arrays as PostgreSQL writes them, objects as JSON.
function written(value) {
  if (Array.isArray(value)) return `{${value.join(',')}}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function withParameters(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null)
  const query = new URLSearchParams(given.map(([name, value]) => [name, written(value)])).toString()
  return query ? `${path}?${query}` : path
}

async function failure(response) {
  const said = await response.json().catch(() => ({}))
  const wait = response.headers.get('Retry-After')
  if (response.status === 429) return new ApiError(429, 'That was too much at once.', `Try again in ${wait ? `${wait} seconds` : 'a moment'}.`)
  return new ApiError(response.status, said.message ?? `The shop answered with status ${response.status}.`, said.hint)
}

async function request(address, options, token) {
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) }
  const response = await fetch(address, { ...options, headers })
    .catch(() => { throw new ApiError(0, 'The shop cannot be reached.', 'Look at your connection, then try again.') })
  if (!response.ok) throw await failure(response)
  return response.json()
}

const get = (base) => (path, parameters = {}, token = undefined) => request(base + withParameters(path, parameters), {}, token)
const post = (base) => (path, body = {}, token = undefined) =>
  request(base + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, token)

export const read = get(publicApi)
export const write = post(publicApi)
export const readAsStaff = get(staffApi)
export const writeAsStaff = post(staffApi)
