// Who asks: a shopper who has signed in with a token, or a visitor, for whom the shop makes one at the first occasion.
import { ApiError, read, write } from './api.js'
import { forLong } from './storage.js'

const changed = new EventTarget()
export const onSessionChange = (listener) => changed.addEventListener('change', listener)
const tell = () => changed.dispatchEvent(new Event('change'))

// For display only: whether a token is genuine is for the server to say.
export function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}

export function shopper() {
  const token = forLong.get('shopper')
  return token && String(claims(token).sub)
}

// Several parts of a page ask at the same time; there must be one visitor.
let visitor = null
function visitorToken() {
  const known = forLong.get('visitor')
  if (known) return known
  visitor ??= write('/rpc/anonymous_token').then((token) => {
    forLong.set('visitor', token)
    return token
  }).finally(() => { visitor = null })
  return visitor
}

async function asShopper(ask) {
  const token = forLong.get('shopper') ?? await visitorToken()
  try {
    return await ask(token)
  } catch (error) {
    if (error.status !== 401) throw error
    if (token !== forLong.get('shopper')) {
      // Another part of the page may have a new one already.
      if (token === forLong.get('visitor')) forLong.remove('visitor')
      return ask(await visitorToken())
    }
    signOut()
    throw new ApiError(401, 'Your session has ended.', 'Sign in again.')
  }
}

export const readAsShopper = (path, parameters) => asShopper((token) => read(path, parameters, token))
export const writeAsShopper = (path, body) => asShopper((token) => write(path, body, token))

// What the visitor did before the login comes along.
export async function signIn(token) {
  await read('/rpc/recommendations', { k: 1 }, token)
  forLong.set('shopper', token)
  tell()
  const before = forLong.get('visitor')
  if (!before) return 0
  try {
    const taken = await write('/rpc/merge', { anonymous_token: before }, token)
    forLong.remove('visitor')
    return taken
  } catch {
    return 0   // the visitor stays for the next login
  }
}

export function signOut() {
  forLong.remove('shopper')
  tell()
}
