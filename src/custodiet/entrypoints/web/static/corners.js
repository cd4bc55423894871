// The corners of a polygon as rows of latitude and longitude, for whoever draws by keyboard.
import { isPlace, numberIn, rounded } from './shapes.js'

// Rows in a list, made from a template. `between` finds the place of a new corner; `changed` is told the rings anew.
export function cornerRows (part, between, changed) {
  const [list, row] = [part.querySelector('[data-zone-corners]'), part.querySelector('[data-zone-corner]')]
  let rings = []

  function rowOf (inRing, at) {
    const one = row.content.firstElementChild.cloneNode(true)
    const hole = one.querySelector('[data-hole]')
    one.dataset.at = `${inRing} ${at}`
    hole.textContent = inRing ? hole.dataset.hole.replace('NUMBER', inRing) : ''
    const fill = one.querySelector('[data-does=fill]')
    fill.textContent = fill.textContent.replace('NUMBER', inRing)
    for (const each of one.querySelectorAll('[aria-label]')) each.ariaLabel = each.ariaLabel.replace('NUMBER', at + 1)
    return one
  }

  const field = (item, name) => item.querySelector(`[data-does=${name}]`)
  const where = (item) => item.dataset.at.split(' ').map(Number)

  // What is no place stays as it was typed, and the zone as it was.
  function mark (item, isWrong) {
    for (const one of item.querySelectorAll('input')) {
      one.ariaInvalid = isWrong ? 'true' : null
      one.classList.toggle('govuk-input--error', isWrong)
    }
  }

  function show (shape) {
    const layout = (all) => all.map((ring) => ring.length).join()
    const isSame = layout(rings) === layout(shape?.rings ?? [])
    rings = shape?.rings ?? []
    part.hidden = rings.length === 0
    // Whoever is in a row stays there, also when another corner came or went.
    const focused = list.contains(document.activeElement) ? document.activeElement : null
    const [at, name] = [focused?.closest('li').dataset.at, focused?.dataset.does]
    if (!isSame) list.replaceChildren(...rings.flatMap((ring, inRing) => ring.map((_, index) => rowOf(inRing, index))))
    for (const item of list.children) {
      const [inRing, index] = where(item)
      const [lat, lon] = rings[inRing][index]
      Object.assign(field(item, 'lat'), { value: lat })
      Object.assign(field(item, 'lon'), { value: lon })
      mark(item, false)
      field(item, 'out').hidden = rings[inRing].length === 3
      field(item, 'fill').hidden = inRing === 0 || index > 0
    }
    if (focused && !isSame) {
      const item = list.querySelector(`[data-at="${at}"]`) ?? list.lastElementChild
      if (item) (field(item, name).hidden ? field(item, 'lat') : field(item, name)).focus()
    }
  }

  function change (item, what) {
    const [inRing, at] = where(item)
    const anew = rings.map((ring) => [...ring])
    const ring = anew[inRing]
    if (what === 'fill') anew.splice(inRing, 1)
    else if (what === 'out') ring.splice(at, 1)
    else if (what === 'after') ring.splice(at + 1, 0, between(ring[at], ring[(at + 1) % ring.length]))
    else {
      const place = rounded(['lat', 'lon'].map((name) => numberIn(field(item, name).value)))
      mark(item, !isPlace(place))
      if (!isPlace(place) || String(place) === String(ring[at])) return
      ring[at] = place
    }
    changed({ rings: anew })
  }

  list.addEventListener('click', (event) => {
    const button = event.target.closest('button')
    if (button) change(button.closest('li'), button.dataset.does)
  })
  list.addEventListener('change', (event) => change(event.target.closest('li'), 'moved'))
  list.addEventListener('keydown', (event) => {
    // Enter in a corner is done with the corner, not with the form.
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return
    event.preventDefault()
    change(event.target.closest('li'), 'moved')
  })
  return { show }
}
