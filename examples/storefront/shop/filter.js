// Arithmetic of search filters: JSON as the API takes it. A facet says what choosing its value adds to the filter.

const list = (value) => value === undefined ? [] : [value].flat()
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)

// Of brands and categories several may be chosen; of ranges one.
const several = ['brand', 'category']

export const chosen = (filter, adds) => Object.entries(adds).every(([key, value]) =>
  several.includes(key) ? list(filter[key]).includes(value) : same(filter[key], value))

export function toggled(filter, adds) {
  const result = { ...filter }
  for (const [key, value] of Object.entries(adds)) {
    const kept = several.includes(key) ? list(filter[key]).filter((other) => other !== value) : []
    const values = chosen(filter, { [key]: value }) ? kept : [...kept, value]
    if (values.length === 0) delete result[key]
    else result[key] = several.includes(key) ? values : values[0]
  }
  return result
}

// A filter as its single choices, each in the form of a facet's "adds".
export const choices = (filter) => Object.entries(filter).flatMap(([key, value]) =>
  (several.includes(key) ? list(value) : [value]).map((single) => ({ [key]: single })))

// A filter in the address bar may be anybody's text.
export function parsed(text) {
  try {
    const filter = JSON.parse(text ?? '{}')
    return filter !== null && typeof filter === 'object' && !Array.isArray(filter) ? filter : {}
  } catch {
    return {}
  }
}
