// The form of a zone: a drawing beside its fields, for whoever asks for one. The fields are what is sent.
const beside = document.querySelector('[data-zone]')
const form = beside.closest('form')
beside.after(beside.content.cloneNode(true))
const opening = form.querySelector('[data-zone-open]')

async function open () {
  const { drawIn } = await import('./drawing.js')
  // Pressed again meanwhile it is drawn already; where there is no place to draw about, the button stays.
  if (opening.isConnected && drawIn(form)) opening.remove()
}

opening.addEventListener('click', open)
