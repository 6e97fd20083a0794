// What a shopper does, told to the shop. A key makes it safe to send an event twice.
import { writeAsShopper } from './session.js'
import { forThisVisit } from './storage.js'

export const chance = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

function visit() {
  if (!forThisVisit.get('visit')) forThisVisit.set('visit', chance())
  return forThisVisit.get('visit')
}

export const track = (product_id, event_type) =>
  writeAsShopper('/rpc/track_event', { product_id, event_type, session_id: visit(), idempotency_key: chance() })

// All lines of an order or none; the same order sent again counts once.
export const trackOrder = (order, product_ids) =>
  writeAsShopper('/rpc/track_events', {
    events: product_ids.map((product_id, line) => ({ product_id, event_type: 'purchase', session_id: visit(), idempotency_key: `${order}/${line}` }))
  })
