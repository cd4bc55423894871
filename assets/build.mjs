// Builds what the pages serve, into the folder named: style sheets for both directions, GOV.UK's script, what draws the
// map of a reading, licences.
// node build.mjs OUT. Run by ./dev after `npm ci`; the same input gives the same bytes.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import rtlcss from 'rtlcss'
import * as sass from 'sass'

const here = path.dirname(fileURLToPath(import.meta.url))
const modules = path.join(here, 'node_modules')
const out = path.resolve(process.argv[2])

// Neither shows up in what we ship: the crest is the Crown's, the typeface GDS's.
const NOT_OURS = /crest|crown|transport/i

const MIT = `MIT License

Copyright (c) HOLDER

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const compiled = sass.compile(path.join(here, 'app.scss'), {
  loadPaths: [modules, here], style: 'compressed', quietDeps: true, logger: sass.Logger.silent
}).css
// A rule inside a media query goes by itself: nothing here spans a brace.
const css = compiled.replace(/[^{}]*\{[^{}]*\}/g, (rule) => NOT_OURS.test(rule) ? '' : rule)
const bundled = esbuild.buildSync({
  absWorkingDir: here,
  entryPoints: ['ol.js'],
  bundle: true,
  format: 'esm',
  legalComments: 'none',
  metafile: true,
  minify: true,
  target: 'es2022',
  treeShaking: true,
  write: false
})
const files = new Map([
  ['app.css', css],
  ['app.rtl.css', rtlcss.process(css)],
  ['govuk-frontend.min.js', read('govuk-frontend/dist/govuk/govuk-frontend.min.js')],
  ['ol.js', bundled.outputFiles[0].text]
])
for (const [, name] of css.matchAll(/url\(["']?\.\/([\w-]+\.svg)/g)) {
  files.set(name, read('@ministryofjustice/frontend/moj/assets/images/' + name))
}
const packages = ['govuk-frontend', '@ministryofjustice/frontend', ...inBundle()].map((name) => {
  const told = JSON.parse(read(name + '/package.json'))
  files.set(`LICENCE-${name.replace(/\W+/g, '-').replace(/^-/, '')}.txt`, licence(name, told))
  return { name, version: told.version, licence: told.license }
})

for (const [name, text] of files) {
  if (NOT_OURS.test(name) || (name.endsWith('.css') && NOT_OURS.test(text))) {
    throw new Error(`${name} holds what only a government service may show`)
  }
}
const manifest = { packages, files: Object.fromEntries([...files].sort().map(([name, text]) => [name, digest(text)])) }
files.set('MANIFEST.json', JSON.stringify(manifest, null, 1) + '\n')

// Aside first and then in one step: whoever serves meanwhile finds the old ones or the new.
const aside = out + '.new'
fs.rmSync(aside, { recursive: true, force: true })
fs.mkdirSync(aside, { recursive: true })
for (const [name, text] of files) fs.writeFileSync(path.join(aside, name), text)
fs.rmSync(out, { recursive: true, force: true })
fs.renameSync(aside, out)

// The packages of which something is in the bundle, whichever asked for them.
function inBundle () {
  const [made] = Object.values(bundled.metafile.outputs)
  const held = Object.entries(made.inputs).filter(([, of]) => of.bytesInOutput > 0)
  const names = held.map(([file]) => file.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean)
  return [...new Set(names)].sort()
}

function read (name) {
  return fs.readFileSync(path.join(modules, name), 'utf8')
}

function digest (text) {
  return createHash('sha256').update(text).digest('hex')
}

function licence (name, told) {
  const folder = path.join(modules, name)
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  if (file) return fs.readFileSync(path.join(folder, file), 'utf8')
  // Declared in its package.json and nowhere else: the text of what it declares, in the name that it declares.
  if (told.license !== 'MIT') throw new Error(`${name} comes without its licence`)
  const holder = typeof told.author === 'string' ? told.author : told.author?.name ?? 'Ministry of Justice'
  return MIT.replace('HOLDER', holder)
}
