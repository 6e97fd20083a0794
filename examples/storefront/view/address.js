// Addresses of pages are in the fragment, so that any static server will do: #/product/7, #/search?query=tent.
export function address(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const query = new URLSearchParams(given).toString()
  return `#/${path}${query ? `?${query}` : ''}`
}

export function currentAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const [page, id] = path.split('/')
  return { page, id: /^[0-9]{1,18}$/.test(id ?? '') ? Number(id) : undefined, parameters: Object.fromEntries(new URLSearchParams(query)) }
}
