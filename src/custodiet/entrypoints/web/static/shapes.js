// A zone as text and as numbers: { centre, radius } in metres or { rings } without their closing corner. Places are
// [latitude, longitude] in degrees. Whether such a zone may be, only the server says.
export const CIRCLE = ['latitude', 'longitude', 'radius_m']

// To 1e-7 degrees, a centimetre: what a zone is kept to.
export const rounded = (place) => place.map((degrees) => Number(degrees.toFixed(7)))
export const isPlace = (place) => place.every(Number.isFinite) && Math.abs(place[0]) <= 90 && Math.abs(place[1]) <= 180
export const numberIn = (text) => text.trim() === '' ? NaN : Number(text)
export const firstOf = (shape) => shape.centre ?? shape.rings[0][0]

// Null where it is none.
export function circleOf (centre, radius) {
  return isPlace(centre) && radius > 0 && Number.isFinite(radius) ? { centre, radius } : null
}

// What a text of GeoJSON draws; null where it is no shape.
export function read (text) {
  const flip = ([lon, lat]) => [lat, lon]
  try {
    const { type, coordinates, radius_m: radius } = JSON.parse(text)
    if (type === 'Point') return circleOf(flip(coordinates), radius)
    const rings = coordinates.map((ring) => ring.slice(0, -1).map(flip))
    const isClosed = coordinates.every((ring) => String(ring[0]) === String(ring.at(-1)))
    const isWhole = type === 'Polygon' && isClosed && rings.length > 0 && rings.every((ring) => ring.length >= 3)
    return isWhole && rings.flat().every(isPlace) ? { rings } : null
  } catch {
    return null
  }
}

export function written ({ rings }) {
  const closed = rings.map((ring) => [...ring, ring[0]].map(([lat, lon]) => [lon, lat]))
  return JSON.stringify({ type: 'Polygon', coordinates: closed })
}

// The zones that a form carries along, each as an earlier page wrote it.
export function carriedIn (form) {
  const texts = [...form.querySelectorAll('input[type=hidden][name=conditions]')].map((one) => one.value)
  return texts.map((text) => {
    const told = new URLSearchParams(text)
    if (told.get('polygon')) return read(told.get('polygon'))
    const [lat, lon, radius] = CIRCLE.map((name) => numberIn(told.get(name) ?? ''))
    return circleOf([lat, lon], radius)
  }).filter(Boolean)
}

// Three figures and a unit, as the scale says it.
export function inUnits (value, unit, thousand = 1000) {
  const [number, of] = value < thousand ? [value, unit] : [value / thousand, `k${unit}`]
  return `${Number(number.toPrecision(3))}\u00a0${of}`
}
