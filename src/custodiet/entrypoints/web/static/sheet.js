// The sheet that a zone is drawn on: the zone's own plane, where edges are as straight as they are judged to be, on
// squares of so many metres. Nothing lies under it: a street map from someone else's machine would tell them where this
// zone is.
import {
  Circle, Dot, Draw, Feature, Fill, Layer, Map, Modify, MultiPoint, Polygon, Projection, ScaleLine, Snap, Stroke, Style,
  VectorLayer, VectorSource, View, controls, interactions
} from './ol.js'
import { planeAbout } from './plane.js'
import { inUnits, rounded } from './shapes.js'

const BLACK = '#0b0c0c'
const BLUE = '#1d70b8'
const SQUARE = 60 // pixels: no square of the grid is smaller
const AROUND_M = 200_000 // further than any zone may reach: what is typed is still seen to be too large
const AT_FIRST_M = 1000 // across the sheet while nothing is drawn
const FINGER = 15 // pixels
const CLOSED = 5 // three corners, where the pointer is, and the first again

// The plane is in metres, the same in each direction.
const METRES = new Projection({
  code: 'zone',
  units: 'm',
  extent: [-AROUND_M, -AROUND_M, AROUND_M, AROUND_M],
  getPointResolution: (resolution) => resolution
})

const LINE = new Style({ stroke: new Stroke({ color: BLACK, width: 2 }), fill: new Fill({ color: 'rgba(29,112,184,.15)' }) })
const CORNER = new Dot({ radius: 6, fill: new Fill({ color: BLUE }), stroke: new Stroke({ color: BLACK, width: 1 }) })
const OWN = [LINE, new Style({ image: CORNER, geometry: cornersOf })]
const SKETCH = [LINE, new Style({ image: CORNER })]
const OTHERS = new Style({ stroke: new Stroke({ color: '#505a5f', width: 2, lineDash: [9, 4] }) })

function cornersOf (feature) {
  const geometry = feature.getGeometry()
  return geometry instanceof Circle ? null : new MultiPoint(geometry.getCoordinates().flat())
}

// A layer of squares; `tell` is told how long their sides are.
function squares (tell) {
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')

  function draw ({ extent: [west, south, east, north], pixelRatio, size, viewState: { resolution } }) {
    const ten = 10 ** Math.floor(Math.log10(SQUARE * resolution))
    const side = [1, 2, 5, 10].map((one) => one * ten).find((one) => one >= SQUARE * resolution)
    tell(inUnits(side, 'm'))
    canvas.width = Math.round(size[0] * pixelRatio)
    canvas.height = Math.round(size[1] * pixelRatio)
    canvas.style.cssText = `position: absolute; inline-size: ${size[0]}px; block-size: ${size[1]}px`
    pen.scale(pixelRatio, pixelRatio)
    pen.strokeStyle = '#b1b4b6'
    pen.beginPath()
    for (let x = Math.ceil(west / side) * side; x < east; x += side) {
      pen.moveTo((x - west) / resolution, 0)
      pen.lineTo((x - west) / resolution, size[1])
    }
    for (let y = Math.ceil(south / side) * side; y < north; y += side) {
      pen.moveTo(0, (north - y) / resolution)
      pen.lineTo(size[0], (north - y) / resolution)
    }
    pen.stroke()
    return canvas
  }

  return new Layer({ render: draw })
}

// How large a shape is as drawn.
function sizeOf (geometry) {
  const [west, south, east, north] = geometry.getExtent()
  const isRound = geometry instanceof Circle
  const corners = isRound ? 0 : geometry.getCoordinates().reduce((sum, ring) => sum + Math.max(ring.length - 1, 0), 0)
  const area = isRound ? Math.PI * geometry.getRadius() ** 2 : geometry.getArea()
  return { isRound, corners, wide: east - west, high: north - south, area }
}

// A sheet about a place. `heard.drawn` is told each shape that was drawn or changed by hand, `heard.sketched` how large
// it is meanwhile, `heard.pointed` the place under the pointer, `heard.squared` how long the sides of the squares are,
// `heard.stopped` that nothing is being drawn any more.
export function sheetAbout (centre, target, heard) {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const own = new VectorSource()
  const others = new VectorSource()
  let plane = planeAbout(centre)
  let draw = null
  let sketch = null // the geometry that is being drawn
  const view = new View({
    projection: METRES,
    center: [0, 0],
    constrainOnlyCenter: true,
    enableRotation: false,
    extent: METRES.getExtent(),
    maxResolution: 2000,
    minResolution: 0.01,
    resolution: 1
  })
  const map = new Map({
    target,
    controls: controls({ attribution: false, rotate: false, zoomOptions: { duration: still ? 0 : 250 } })
      .extend([new ScaleLine({ minWidth: 80 })]),
    // Neither a wheel nor a finger that only passes over it moves it; two clicks are two corners.
    interactions: interactions({ onFocusOnly: true, altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false }),
    layers: [
      squares(heard.squared), new VectorLayer({ source: others, style: OTHERS }), new VectorLayer({ source: own, style: OWN })
    ],
    view
  })
  const modify = new Modify({ source: own, pixelTolerance: FINGER, style: SKETCH })
  const snap = new Snap({ source: others, pixelTolerance: FINGER })
  map.addInteraction(modify)
  map.addInteraction(snap)
  modify.on('modifyend', () => heard.drawn(shapeOf(own.getFeatures()[0].getGeometry())))
  map.on('pointermove', ({ coordinate }) => heard.pointed(plane.place(coordinate)))

  const placeOf = (at) => rounded(plane.place(at))

  function geometryOf (shape) {
    if (shape.centre) return new Circle(plane.metres(shape.centre), shape.radius)
    return new Polygon(shape.rings.map((ring) => [...ring, ring[0]].map(plane.metres)))
  }

  function shapeOf (geometry) {
    if (geometry instanceof Circle) {
      const radius = geometry.getRadius()
      return { centre: placeOf(geometry.getCenter()), radius: Number(radius.toFixed(radius < 10 ? 1 : 0)) }
    }
    return { rings: geometry.getCoordinates().map((ring) => ring.slice(0, -1).map(placeOf)) }
  }

  function started (feature, isHole) {
    sketch = feature.getGeometry()
    if (!isHole) sketch.on('change', () => heard.sketched(sizeOf(feature.getGeometry())))
  }

  function ended (feature, isHole) {
    const drawn = shapeOf(feature.getGeometry())
    // Not within its own event: it still puts away what it drew with.
    queueMicrotask(() => {
      sheet.stop()
      heard.drawn(isHole ? without(drawn.rings[0]) : drawn)
    })
  }

  // The polygon that lies there with a hole more.
  function without (hole) {
    return { rings: [...shapeOf(own.getFeatures()[0].getGeometry()).rings, hole] }
  }

  const around = [[-1, -1], [1, -1], [1, 1], [-1, 1]]
  const squareAt = ([x, y], half) => around.map(([right, up]) => placeOf([x + right * half, y + up * half]))

  const sheet = {
    // Puts a shape, or none, among those that lie there; its size, or null.
    show (shape, beside, about) {
      if (about) plane = planeAbout(about)
      own.clear()
      others.clear()
      others.addFeatures(beside.map((one) => new Feature(geometryOf(one))))
      if (!shape) return null
      const geometry = geometryOf(shape)
      own.addFeature(new Feature(geometry))
      return sizeOf(geometry)
    },
    // All of the shape; where there is none, of what lies about the place of the sheet, or a little of the sheet.
    fit () {
      const [feature] = [...own.getFeatures(), ...others.getFeaturesInExtent([-1, -1, 1, 1])]
      if (feature) view.fit(feature.getGeometry(), { padding: [40, 60, 50, 60] })
      else {
        view.setCenter([0, 0])
        view.setResolution(AT_FIRST_M / map.getSize()[0])
      }
    },
    // Draws a shape, or a hole in the polygon that lies there.
    begin (type, isHole) {
      sheet.stop()
      draw = new Draw({ type, snapTolerance: FINGER, style: SKETCH })
      draw.on('drawstart', ({ feature }) => started(feature, isHole))
      draw.on('drawend', ({ feature }) => ended(feature, isHole))
      draw.on('drawabort', () => { sketch = null })
      modify.setActive(false)
      map.removeInteraction(snap)
      map.addInteraction(draw)
      map.addInteraction(snap) // the last is asked first
    },
    stop () {
      if (draw) map.removeInteraction(draw)
      draw = sketch = null
      modify.setActive(true)
      heard.stopped()
    },
    // Ends the polygon at its last corner, when it has three.
    close () {
      if (sketch?.getCoordinates()[0].length >= CLOSED) draw.finishDrawing()
    },
    // Takes the last corner back; false where nothing is being drawn.
    takeBack () {
      if (!sketch) return false
      if (sketch instanceof Circle) draw.abortDrawing()
      else draw.removeLastPoint()
      return true
    },
    // A square about the middle of what is seen.
    square () {
      const half = view.getResolution() * Math.min(...map.getSize()) / 4
      return { rings: [squareAt(view.getCenter(), half)] }
    },
    // The polygon that lies there without a square of it, where there is most room from side to side.
    squareHole () {
      const polygon = own.getFeatures()[0].getGeometry()
      const [, south, , north] = polygon.getExtent()
      const [x, y, room] = polygon.getInteriorPoint().getCoordinates()
      return without(squareAt([x, y], Math.min(room, north - south) / 8))
    },
    // The place halfway between two.
    between (one, other) {
      const [a, b] = [plane.metres(one), plane.metres(other)]
      return placeOf([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])
    }
  }
  return sheet
}
