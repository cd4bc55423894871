// The page of a reading: a map beside its table for whoever asks for one, and both gone when the grant ends.
//
// The table is all there is: what is drawn is read from its rows, and nothing is asked of anyone.
const reading = document.querySelector('[data-reading]')
const beside = reading.querySelector('template')
const ends = Date.now() - performance.now() + Number(reading.dataset.reading) * 1000
let map = null

function clear () {
  map?.end()
  reading.textContent = reading.dataset.cleared
  window.location.replace(reading.dataset.about)
}

// Also for a machine that slept, and for a page that is come back to: neither hears its timers in time.
function clearAtTheEnd () {
  const left = ends - Date.now()
  if (left <= 0) clear()
  else window.setTimeout(clearAtTheEnd, left)
}

async function open (event) {
  event.currentTarget.remove()
  const { besideTable } = await import('./map.js')
  if (reading.isConnected && ends > Date.now()) map = besideTable(reading)
}

clearAtTheEnd()
document.addEventListener('visibilitychange', clearAtTheEnd)
window.addEventListener('pageshow', clearAtTheEnd)
if (beside) {
  reading.prepend(beside.content.cloneNode(true))
  reading.querySelector('[data-map-open]').addEventListener('click', open)
}
