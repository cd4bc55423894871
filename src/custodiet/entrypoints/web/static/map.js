// The map of a reading: the places of its table, numbered as there, each with the circle in which the device was.
//
// Under it lie a grid and what the page itself holds of streets (static/streets.js): a street map from someone else's
// machine would tell them where this person was. Home has no place in the table and so none here. Nothing is drawn towards what is not known or not shown.
// What lies on the grid is drawn here, in one go: three days are thousands of places, and a phone must bear them.
import {
  Graticule, Layer, Map, ScaleLine, Stroke, View, boundingExtent, buffer, containsCoordinate, controls, extend,
  fromLonLat, getPointResolution, interactions
} from './ol.js'
import { streetsLayer } from './streets.js'

const BLACK = '#0b0c0c'
const BLUE = '#1d70b8'
const YELLOW = '#fd0'
const STEPS = [90, 45, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001]
const DOT = 6 // pixels: no circle is drawn that would lie under its own dot
const ROOM = [48, 24] // pixels of a number
const AROUND = [-1, 0, 1].flatMap((up) => [-1, 0, 1].map((right) => [right, up]))
const NEAR = 20 // pixels from a place at which a finger means it
const AT_MOST = 17 // zoom: nearer than this, a single place fills the map with its own circle

// The places of the list that have one, in order, and what stands between each and the one before: nothing, a silence,
// or what nothing is drawn across. A long list is a table an hour.
function placesOf (list) {
  const places = []
  let between = 'unknown'
  for (const row of list.querySelectorAll('tbody tr')) {
    const kind = row.dataset.row
    if (kind !== 'place') {
      between = kind === 'silence' && between !== 'unknown' ? 'silence' : 'unknown'
      continue
    }
    const [number, at, where, within] = row.cells
    const [lat, lon] = where.textContent.split(',').map(Number)
    const centre = fromLonLat([lon, lat])
    // In the map's own unit; null where it is not known how exact it is.
    const radius = within.dataset.metres ? within.dataset.metres / getPointResolution('EPSG:3857', 1, centre) : null
    places.push({
      row,
      cell: number,
      number: number.textContent.trim(),
      at: at.dataset.at ?? at.textContent.trim(), // of an hour the day stands above it
      within: within.textContent.trim(),
      centre,
      radius,
      between
    })
    between = 'nothing'
  }
  return places
}

// Of the places whose numbers would cover each other, the first has its number.
function withRoom (places, resolution) {
  const rooms = new globalThis.Map()
  for (const place of places) {
    const [x, y] = place.centre.map((one, axis) => one / resolution / ROOM[axis])
    const [column, row] = [Math.floor(x), Math.floor(y)]
    const around = AROUND.map(([right, up]) => rooms.get(`${column + right} ${row + up}`))
    const isCovered = around.some((held) => held && Math.abs(held.x - x) < 1 && Math.abs(held.y - y) < 1)
    if (!isCovered) rooms.set(`${column} ${row}`, { x, y, place })
  }
  return new Set([...rooms.values()].map((held) => held.place))
}

function placesLayer (places, state) {
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')
  let roomy = { resolution: 0, places: new Set() }

  // Each by itself: one outline of thousands takes a phone far longer.
  function circle ([x, y], radius) {
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
    pen.fill()
  }

  function ring (at, radius) {
    circle(at, radius)
    pen.stroke()
  }

  // Every edge before every middle, so that a crowd of them is not all edges.
  function dots (all, radius, colour) {
    pen.fillStyle = BLACK
    for (const one of all) circle(one, radius + 1)
    pen.fillStyle = colour
    for (const one of all) circle(one, radius - 1)
  }

  function number (place, [x, y], above) {
    pen.strokeText(place.number, x, y - above)
    pen.fillText(place.number, x, y - above)
  }

  function line (at, kind, dashes) {
    pen.setLineDash(dashes)
    pen.beginPath()
    at.forEach((to, index) => {
      if (index === 0 || places[index].between !== kind) return
      pen.moveTo(...at[index - 1])
      pen.lineTo(...to)
    })
    pen.stroke()
    pen.setLineDash([])
  }

  function draw ({ coordinateToPixelTransform: [a, b, c, d, e, f], pixelRatio, size, viewState: { resolution } }) {
    canvas.width = Math.round(size[0] * pixelRatio)
    canvas.height = Math.round(size[1] * pixelRatio)
    canvas.style.cssText = `position: absolute; inline-size: ${size[0]}px; block-size: ${size[1]}px`
    pen.scale(pixelRatio, pixelRatio)
    const shown = places.slice(0, state.upTo)
    const at = shown.map(({ centre: [x, y] }) => [a * x + c * y + e, b * x + d * y + f])
    const [chosen, middle] = [places[state.selected], at[state.selected]]

    pen.lineWidth = 1
    pen.strokeStyle = BLUE
    pen.fillStyle = 'rgba(29,112,184,.1)'
    shown.forEach(({ radius }, index) => { if (radius / resolution > DOT) ring(at[index], radius / resolution) })

    pen.lineWidth = 1.5
    pen.strokeStyle = BLACK
    line(at, 'nothing', [])
    line(at, 'silence', [3, 7])

    dots(at, DOT, BLUE)
    if (chosen) {
      pen.fillStyle = 'rgba(255,221,0,.3)'
      if (chosen.radius / resolution > DOT) ring(middle, chosen.radius / resolution)
      dots([middle], 1.5 * DOT, YELLOW)
    }

    if (resolution !== roomy.resolution) roomy = { resolution, places: withRoom(places, resolution) }
    pen.font = 'bold 14px Helvetica, Arial, sans-serif'
    pen.textAlign = 'center'
    pen.lineJoin = 'round'
    pen.lineWidth = 4
    pen.strokeStyle = '#fff'
    pen.fillStyle = BLACK
    const isUnderChosen = (one) => middle && ROOM.every((room, axis) => Math.abs(one[axis] - middle[axis]) < room)
    shown.forEach((place, index) => {
      if (roomy.places.has(place) && !isUnderChosen(at[index])) number(place, at[index], 11)
    })
    if (chosen) number(chosen, middle, 14)
    return canvas
  }

  return new Layer({ render: draw })
}

function drawn (places, target) {
  const state = { upTo: places.length, selected: -1 }
  const layer = placesLayer(places, state)
  const { streets } = target.dataset // none where none were loaded; over them the grid is dots, to look like none
  const map = new Map({
    target,
    controls: controls({ attribution: false, rotate: false }).extend([new ScaleLine({ minWidth: 80 })]),
    // Neither a wheel nor a finger that only passes over it moves it.
    interactions: interactions({ onFocusOnly: true, altShiftDragRotate: false, pinchRotate: false }),
    layers: [
      ...(streets ? [streetsLayer(streets)] : []),
      new Graticule({
        intervals: STEPS,
        lonLabelFormatter: (lon) => `${Number(lon.toFixed(4))}°`,
        latLabelFormatter: (lat) => `${Number(lat.toFixed(4))}°`,
        lonLabelPosition: 0.97, // above: the scale stands below
        showLabels: true,
        strokeStyle: new Stroke({ color: '#b1b4b6', width: 1, lineDash: streets ? [1, 7] : undefined }),
        wrapX: false
      }),
      layer
    ],
    view: new View({ enableRotation: false, maxZoom: 20, showFullExtent: true })
  })
  const view = map.getView()
  const all = boundingExtent(places.map((place) => place.centre))
  for (const { centre, radius } of places) extend(all, buffer([...centre, ...centre], radius ?? 0))
  const fit = () => view.fit(all, { padding: [50, 60, 40, 60], maxZoom: AT_MOST })
  fit()

  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const move = (center) => view.animate({ center, duration: still ? 0 : 200 })
  const isSeen = ({ centre }) => containsCoordinate(view.calculateExtent(map.getSize()), centre)
  // How many are on the map at this moment, for whoever tests it.
  const tell = () => { target.dataset.drawn = places.slice(0, state.upTo).filter(isSeen).length }
  map.on('rendercomplete', tell)
  return {
    map,
    fit,
    choose (selected, upTo, inTheMiddle) {
      Object.assign(state, { selected, upTo })
      layer.changed()
      if (inTheMiddle || !isSeen(places[selected])) move(places[selected].centre)
    },
    pan (right, up) {
      const step = view.getResolution() * 100
      const [x, y] = view.getCenter()
      move([x + right * step, y + up * step])
    },
    // The place that was meant; -1 where there is none near.
    at (coordinate) {
      const apart = places.slice(0, state.upTo).map(({ centre: [x, y] }) => Math.hypot(x - coordinate[0], y - coordinate[1]))
      const nearest = Math.min(...apart)
      return nearest < NEAR * view.getResolution() ? apart.indexOf(nearest) : -1
    }
  }
}

// Puts the map beside the table of a reading; `end` takes it away with all that it holds.
export function besideTable (reading) {
  const part = reading.querySelector('[data-map]')
  const find = (name) => part.querySelector(`[data-map-${name}]`)
  const [target, slider, said, inList] = ['here', 'slider', 'said', 'row'].map(find)
  const places = placesOf(reading)
  find('inside').hidden = false
  reading.classList.add('app-reading--mapped')
  const drawing = drawn(places, target)
  let upTo = places.length

  function select (index, { aloud = true, inTheMiddle = false } = {}) {
    const place = places[index]
    upTo = Math.max(upTo, index + 1)
    drawing.choose(index, upTo, inTheMiddle)
    reading.querySelector('tr[aria-current]')?.removeAttribute('aria-current')
    place.row.setAttribute('aria-current', 'true')
    said.ariaLive = aloud ? 'polite' : 'off' // a slider says its value itself
    const told = { NUMBER: place.number, TIME: place.at, METRES: place.within }
    said.textContent = said.dataset.mapSaid.replace(/NUMBER|TIME|METRES/g, (name) => told[name])
    inList.href = `#${place.cell.id}`
    inList.hidden = false
    slider.value = upTo
    slider.setAttribute('aria-valuetext', said.textContent)
  }

  places.forEach((place, index) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'app-place'
    button.dataset.place = index
    button.textContent = place.number
    button.ariaLabel = part.dataset.map.replace('NUMBER', place.number)
    place.cell.id = `place-${place.number}`
    place.cell.replaceChildren(button)
  })
  reading.addEventListener('click', (event) => {
    const { place, mapPan } = event.target.closest('button')?.dataset ?? {}
    if (place) {
      select(Number(place), { inTheMiddle: true })
      // On a narrow screen the map lies above the list.
      target.scrollIntoView({ block: 'nearest' })
    } else if (mapPan === '') drawing.fit()
    else if (mapPan) drawing.pan(...mapPan.split(' ').map(Number))
  })
  // What an hour folds away is not there to be gone to.
  inList.addEventListener('click', () => {
    const hour = reading.querySelector('tr[aria-current]').closest('details')
    if (hour) hour.open = true
  })
  drawing.map.on('singleclick', (event) => {
    const index = drawing.at(event.coordinate)
    if (index >= 0) select(index)
  })
  slider.max = places.length
  slider.value = upTo
  slider.addEventListener('input', () => {
    upTo = Number(slider.value)
    select(upTo - 1, { aloud: false })
  })
  slider.setAttribute('aria-valuetext', slider.dataset.mapSlider)
  target.querySelector('.ol-zoom-in').ariaLabel = target.dataset.nearer
  target.querySelector('.ol-zoom-out').ariaLabel = target.dataset.farther
  target.focus({ preventScroll: true })
  return {
    end () {
      drawing.map.setTarget(null)
      drawing.map.dispose()
      places.length = 0
    }
  }
}
