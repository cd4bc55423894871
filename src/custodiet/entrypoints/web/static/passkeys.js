// Passkeys: asks the browser's authenticator and puts its answer into the form that goes with the button.
const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.prototype.toJSON

function optionsOf (form) {
  const held = form.querySelector('script[type="application/json"]')
  return held ? JSON.parse(held.textContent) : null
}

async function asked (form) {
  const held = optionsOf(form)
  if (held) return held
  const response = await fetch(form.action, { headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' } })
  if (!response.ok) throw new Error('no options')
  return response.json()
}

async function answer (form) {
  const told = await asked(form)
  if (told.creation_options) {
    const wanted = told.creation_options.publicKey
    const alone = form.elements.passwordless
    if (alone) {
      wanted.authenticatorSelection.residentKey = alone.checked ? 'required' : 'discouraged'
      wanted.authenticatorSelection.requireResidentKey = alone.checked
      if (alone.checked) wanted.authenticatorSelection.userVerification = 'required'
    }
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) })
  }
  const wanted = told.request_options.publicKey
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(wanted) })
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const button = form.querySelector('button')
  const failed = form.querySelector('[data-passkey-failed]')
  const without = form.querySelector('[data-passkey-without]')
  if (!can) continue
  if (without) without.hidden = true
  form.querySelector('[data-passkey-with]').hidden = false
  button.addEventListener('click', async (event) => {
    event.preventDefault()
    failed.textContent = ''
    try {
      const credential = await answer(form)
      form.elements.credential.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch {
      // Which of the many reasons it was is the browser's to tell; it has.
      failed.textContent = failed.dataset.passkeyFailed
    }
  })
}
