// Keeps a page fresh: marks the rows that changed, and says how many there are that the page does not show yet.
const line = document.querySelector('[data-live]')
const said = document.querySelector('[data-live-said]')
let unseen = 0

function tell (text) {
  said.textContent = text
}

function changed (event) {
  const { id, state } = JSON.parse(event.data)
  const rows = document.querySelectorAll(`[data-live-id="${CSS.escape(id)}"]`)
  for (const row of rows) {
    const cell = row.querySelector('[data-live-state]')
    if (cell) cell.textContent = line.dataset.liveRow.replace('STATE', state.replaceAll('_', ' '))
  }
  if (rows.length === 0) unseen += 1
  const text = rows.length ? line.dataset.liveChanged : line.dataset.liveUnseen.replace('COUNT', unseen)
  tell(text)
}

if (line) {
  const source = new EventSource(line.dataset.live)
  const say = (text) => { line.querySelector('[data-live-state-of-page]').textContent = text }
  source.addEventListener('open', () => say(line.dataset.liveOn))
  source.addEventListener('error', () => say(line.dataset.liveOff))
  source.addEventListener('change', changed)
  source.addEventListener('missed', () => tell(line.dataset.liveMissed))
  // A page that is left must not hold one of the browser's few connections.
  window.addEventListener('pagehide', () => source.close())
}
