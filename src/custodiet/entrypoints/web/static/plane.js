// A zone's own plane, as zones are judged in (rules/conditions/plane.py): metres east and north of a place on WGS 84.
// Places are [latitude, longitude] in degrees.
const A_M = 6378137
const FLATTENING = 1 / 298.257223563
const E2 = FLATTENING * (2 - FLATTENING)
const R2_24 = 24 * 6371008.8 ** 2
const RADIAN = Math.PI / 180
const M_PER_DEGREE = 111_320 // about: each step back corrects what it misses
const STEPS_BACK = 8

function point ([lat, lon]) {
  const [sin, cos] = [Math.sin(lat * RADIAN), Math.cos(lat * RADIAN)]
  const normal = A_M / Math.sqrt(1 - E2 * sin * sin)
  return [normal * cos * Math.cos(lon * RADIAN), normal * cos * Math.sin(lon * RADIAN), normal * (1 - E2) * sin]
}

function dot (a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

// The plane whose [0, 0] is this place.
export function planeAbout (centre) {
  const [lat, lon] = centre.map((one) => one * RADIAN)
  const middle = point(centre)
  const east = [-Math.sin(lon), Math.cos(lon), 0]
  const north = [-Math.sin(lat) * Math.cos(lon), -Math.sin(lat) * Math.sin(lon), Math.cos(lat)]

  function metres (place) {
    const away = point(place).map((one, axis) => one - middle[axis])
    const flat = [dot(away, east), dot(away, north)]
    const [chord2, across] = [dot(away, away), Math.hypot(...flat)]
    if (across === 0) return flat
    const stretched = Math.sqrt(chord2) * (1 + chord2 / R2_24) / across
    return flat.map((one) => one * stretched)
  }

  // From a flat guess, mended by what it misses: to well below a hundredth of a millimetre within a town.
  function place ([x, y]) {
    const along = M_PER_DEGREE * Math.max(Math.cos(lat), 1e-6)
    let found = [centre[0] + y / M_PER_DEGREE, centre[1] + x / along]
    for (let step = 0; step < STEPS_BACK; step++) {
      const [toEast, toNorth] = metres(found)
      found = [found[0] + (y - toNorth) / M_PER_DEGREE, found[1] + (x - toEast) / along]
    }
    return [found[0], ((found[1] + 540) % 360) - 180]
  }

  return { metres, place }
}
