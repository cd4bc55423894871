// Streets and water under the places of a reading, out of its own page (wire/streets.py): nothing is asked of anyone.
//
// Lines without a name, in greys and a blue that stand out from their ground, and less than any place does from them.
import { Layer, fromLonLat, intersects } from './ol.js'

const E5 = 100_000 // numbers to a degree
const FAR = 20 // units of the map to a pixel: from farther away small streets would be one grey
const GROUND = '#fff'
const GREY = '#767b80'
const BLUE = '#3d7ebf'

// The corners of a line, one number after the other, and the box around them.
function lineOf (numbers) {
  const corners = new Float64Array(numbers.length)
  const box = [Infinity, Infinity, -Infinity, -Infinity]
  let [lat, lon] = [0, 0]
  for (let step = 0; step < numbers.length; step += 2) {
    lat += numbers[step]
    lon += numbers[step + 1]
    const [x, y] = fromLonLat([lon / E5, lat / E5])
    corners[step] = x
    corners[step + 1] = y
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  }
  return { corners, box }
}

// Its edges and lines.
function squareOf ([south, west, north, east, lines]) {
  const edges = [[west, south], [east, north]].flatMap((one) => fromLonLat(one.map((degrees) => degrees / E5)))
  return { edges, lines: lines.map(lineOf) }
}

export function streetsLayer (text) {
  const [roads, streets, water] = JSON.parse(text).map((squares) => squares.map(squareOf))
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')

  function draw ({ coordinateToPixelTransform: [a, , , d, e, f], extent, pixelRatio, size, viewState: { resolution } }) {
    canvas.width = Math.round(size[0] * pixelRatio)
    canvas.height = Math.round(size[1] * pixelRatio)
    canvas.style.cssText = `position: absolute; inline-size: ${size[0]}px; block-size: ${size[1]}px`
    pen.scale(pixelRatio, pixelRatio)
    pen.lineJoin = 'round'

    function ground ({ edges: [west, south, east, north] }) {
      const [left, top, right, bottom] = [a * west + e, d * north + f, a * east + e, d * south + f].map(Math.round)
      pen.fillRect(left, top, right - left, bottom - top)
    }

    // What is not seen is not drawn; and each by itself, as one outline of thousands takes a phone far longer.
    function lines (squares, colour, width) {
      pen.strokeStyle = colour
      pen.lineWidth = width
      for (const { corners, box } of squares.flatMap((square) => square.lines)) {
        if (!intersects(box, extent)) continue
        pen.beginPath()
        pen.moveTo(a * corners[0] + e, d * corners[1] + f)
        for (let at = 2; at < corners.length; at += 2) pen.lineTo(a * corners[at] + e, d * corners[at + 1] + f)
        pen.stroke()
      }
    }

    const isNear = resolution < FAR
    pen.fillStyle = GROUND
    if (isNear) streets.forEach(ground)
    lines(water, BLUE, 2)
    if (isNear) lines(streets, GREY, 1)
    lines(roads, GREY, 3)
    return canvas
  }

  return new Layer({ render: draw })
}
