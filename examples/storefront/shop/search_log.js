// What was searched and opened, told to the shop, which answers null when it keeps no log. Should that fail, no shopper minds.
import { writeAsShopper } from './session.js'

export const logSearch = (query, rows) =>
  writeAsShopper('/rpc/log_search', { query, results: rows.length, answered_by: rows[0]?.answered_by }).catch(() => null)

export const logClick = (search_id, product_id, rank) => writeAsShopper('/rpc/log_click', { search_id, product_id, rank }).catch(() => null)
