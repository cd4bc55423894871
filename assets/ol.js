// The parts of OpenLayers that our maps stand on (static/map.js, static/streets.js, static/drawing.js), and no more:
// what is not named here is left out of what we serve.
export { default as Feature } from 'ol/Feature.js'
export { default as Map } from 'ol/Map.js'
export { default as View } from 'ol/View.js'
export { ScaleLine, defaults as controls } from 'ol/control.js'
export { buffer, boundingExtent, containsCoordinate, extend, intersects } from 'ol/extent.js'
export { default as Circle } from 'ol/geom/Circle.js'
export { default as MultiPoint } from 'ol/geom/MultiPoint.js'
export { default as Polygon } from 'ol/geom/Polygon.js'
export { defaults as interactions } from 'ol/interaction.js'
export { default as Draw } from 'ol/interaction/Draw.js'
export { default as Modify } from 'ol/interaction/Modify.js'
export { default as Snap } from 'ol/interaction/Snap.js'
export { default as Graticule } from 'ol/layer/Graticule.js'
export { default as Layer } from 'ol/layer/Layer.js'
export { default as VectorLayer } from 'ol/layer/Vector.js'
export { fromLonLat, getPointResolution } from 'ol/proj.js'
export { default as Projection } from 'ol/proj/Projection.js'
export { default as VectorSource } from 'ol/source/Vector.js'
export { Circle as Dot, Fill, Stroke, Style } from 'ol/style.js'

// The only strings that OpenLayers assigns as HTML: a letter whose height it measures, and the length of its scale.
window.trustedTypes?.createPolicy('default', {
  createHTML: (text) => /^(M|[\d.,]+\s(mm|cm|m|km))$/.test(text) ? text : null
})
