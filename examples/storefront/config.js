// Where PostgREST answers, as seen by the browser: the one for the public, and the one for the staff.
export const publicApi = '/api'
export const staffApi = '/staff'

export const currency = 'EUR'
