// Drawing a zone into the fields of its form. The fields are the zone: what is drawn is written into them, what is typed
// there is drawn, and the server judges what they hold. Beside it lie the zones that this same form carries along, for
// corners to meet, and nothing else: no page gives a place to this script.
import { cornerRows } from './corners.js'
import { CIRCLE, carriedIn, circleOf, firstOf, inUnits, isPlace, numberIn, read, written } from './shapes.js'
import { sheetAbout } from './sheet.js'

const HOLE = 'Hole' // what is drawn then is cut out of the polygon

// The fields of a form that say where, as one.
function fieldsOf (form) {
  const text = form.elements.polygon
  const circle = CIRCLE.map((name) => form.elements[name])
  const all = [text, ...circle]
  return {
    all,
    values: () => all.map((one) => one.value),
    fill: (values) => all.forEach((one, index) => { one.value = values[index] }),
    // What is typed, as a shape; null where it is none.
    shape () {
      const [lat, lon, radius] = circle.map((one) => numberIn(one.value))
      return text.value.trim() ? read(text.value) : circleOf([lat, lon], radius)
    },
    // A place that is typed and is no shape yet; null where there is none.
    place () {
      const place = circle.slice(0, 2).map((one) => numberIn(one.value))
      return isPlace(place) ? place : null
    },
    write (shape) {
      const parts = shape?.centre ? [...shape.centre, shape.radius] : ['', '', '']
      this.fill([shape?.rings ? written(shape) : '', ...parts])
      if (shape?.rings) text.closest('details').open = true
    }
  }
}

// Read from left to right also where the page is not: a number and its unit.
const apart = (text) => `\u2068${text}\u2069`

// How large a zone is, in words.
function wordsOf (size, { zoneCircle, zonePolygon }) {
  const told = {
    WIDE: inUnits(size.wide, 'm'),
    HIGH: inUnits(size.high, 'm'),
    AREA: inUnits(size.area, 'm²', 1_000_000),
    CORNERS: size.corners
  }
  return (size.isRound ? zoneCircle : zonePolygon).replace(/WIDE|HIGH|AREA|CORNERS/g, (name) => apart(told[name]))
}

// Where to draw: about what is typed, else about a zone that the form carries; null where there is neither.
function placeToDraw (fields, carried) {
  const shape = fields.shape()
  if (shape) return firstOf(shape)
  return fields.place() ?? (carried.length ? firstOf(carried[0]) : null)
}

// Puts the drawing beside the fields of a form. False where there is no place to draw about yet; then it says so.
export function drawIn (form) {
  const part = form.querySelector('[data-zone-part]')
  const find = (name) => part.querySelector(`[data-zone-${name}]`)
  const [target, said, first, squares, pointer] = ['here', 'said', 'first', 'squares', 'pointer'].map(find)
  const fields = fieldsOf(form)
  const carried = carriedIn(form)
  const about = placeToDraw(fields, carried)
  if (!about) {
    first.textContent = first.dataset.zoneFirst
    form.elements.latitude.focus()
    return false
  }
  first.textContent = ''
  find('inside').hidden = false

  const before = [] // what the fields held, for going back
  let values = fields.values()
  const sheet = sheetAbout(about, target, {
    drawn: write,
    pointed: ([lat, lon]) => {
      pointer.textContent = pointer.dataset.zonePointer.replace('PLACE', apart(`${lat.toFixed(5)}, ${lon.toFixed(5)}`))
    },
    sketched: (size) => say(size, false),
    squared: (side) => {
      const told = squares.dataset.zoneSquares.replace('LENGTH', apart(side))
      if (squares.textContent !== told) squares.textContent = told
    },
    stopped: () => press('')
  })
  const rows = cornerRows(find('rows'), sheet.between, (shape) => {
    write(shape)
    sheet.fit()
  })

  function say (size, aloud = true) {
    said.ariaLive = aloud ? 'polite' : 'off'
    const { zoneNone, zoneUnread } = said.dataset
    if (size) said.textContent = wordsOf(size, said.dataset)
    else said.textContent = fields.values().some(Boolean) ? zoneUnread : zoneNone
  }

  function show (anew) {
    const shape = fields.shape()
    const size = sheet.show(shape, carried, anew ? placeToDraw(fields, carried) : null)
    if (anew) sheet.fit()
    say(size)
    rows.show(shape)
    for (const one of part.querySelectorAll('[data-zone-cuts]')) one.hidden = !shape?.rings
    target.dataset.drawn = size ? (size.isRound ? 'circle' : size.corners) : '' // for whoever tests it
  }

  function remember () {
    if (String(fields.values()) === String(values)) return
    before.push(values)
    values = fields.values()
  }

  function write (shape) {
    fields.write(shape)
    remember()
    show(false)
  }

  function press (kind) {
    for (const one of part.querySelectorAll('[data-zone-draw]')) one.ariaPressed = String(one.dataset.zoneDraw === kind)
    find('close').hidden = kind !== 'Polygon' && kind !== HOLE
  }

  function goBack () {
    if (sheet.takeBack() || before.length === 0) return
    values = before.pop()
    fields.fill(values)
    show(true)
  }

  const does = {
    close: sheet.close,
    back: goBack,
    clear: () => write(null),
    square: () => write(sheet.square()),
    hole: () => write(sheet.squareHole()),
    all: sheet.fit
  }

  function draw (kind, isPressed) {
    if (isPressed) return sheet.stop()
    sheet.begin(kind === HOLE ? 'Polygon' : kind, kind === HOLE)
    press(kind)
    target.focus({ preventScroll: true })
  }

  part.addEventListener('click', (event) => {
    const button = event.target.closest('button')
    const { zoneDraw, zoneDo } = button?.dataset ?? {}
    if (zoneDraw) draw(zoneDraw, button.ariaPressed === 'true')
    else if (zoneDo) {
      if (['clear', 'square', 'hole'].includes(zoneDo)) sheet.stop()
      does[zoneDo]()
    }
  })
  for (const one of fields.all) {
    one.addEventListener('input', () => {
      sheet.stop()
      show(true)
    })
    one.addEventListener('change', remember)
  }
  target.querySelector('.ol-zoom-in').ariaLabel = target.dataset.nearer
  target.querySelector('.ol-zoom-out').ariaLabel = target.dataset.farther
  show(true)
  target.focus({ preventScroll: true })
  return true
}
