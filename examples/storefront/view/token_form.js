// A field for a token. What is wrong with it is said beside it.
import { element } from './element.js'
import { complaint } from './fill.js'

export function tokenForm(accept) {
  const field = element('textarea', { id: 'token', rows: 4, required: true, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'none' })
  const trouble = element('div')
  const submit = async (event) => {
    event.preventDefault()
    try {
      await accept(field.value.trim())
    } catch (error) {
      trouble.replaceChildren(complaint({ message: error.status === 401 ? 'This token is not good here.' : error.message, hint: error.hint ?? 'It may be incomplete, or have ended.' }))
      field.focus()
    }
  }
  return element('form', { class: 'token', submit }, element('label', { for: 'token' }, 'Token'), field, trouble, element('button', { type: 'submit', class: 'main' }, 'Sign in'))
}
