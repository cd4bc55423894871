// The parts of OpenLayers that the map of a reading stands on (static/map.js), and no more: what is not named here is
// left out of what we serve.
export { default as Map } from 'ol/Map.js'
export { default as View } from 'ol/View.js'
export { ScaleLine, defaults as controls } from 'ol/control.js'
export { buffer, boundingExtent, containsCoordinate, extend } from 'ol/extent.js'
export { defaults as interactions } from 'ol/interaction.js'
export { default as Graticule } from 'ol/layer/Graticule.js'
export { default as Layer } from 'ol/layer/Layer.js'
export { fromLonLat, getPointResolution } from 'ol/proj.js'
export { Stroke } from 'ol/style.js'
