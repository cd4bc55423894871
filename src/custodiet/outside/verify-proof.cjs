// Verify-proof checks one proof of the ledger with code that is not ours: npm's @sigstore/verify does the thinking.
//
//	NODE_PATH=…/node_modules node verify-proof.cjs ENTRY PROOF VKEY
//
// ENTRY is the file of an entry's bytes, PROOF its c2sp.org/tlog-proof@v1, VKEY the log's key from somewhere else. It
// exits 0 and says what it has checked, or exits 1 and says why not. The library checks the log's signature of the
// checkpoint and the inclusion of the entry; it has no consistency proofs and no cosignatures, which verify.go and the
// witnesses are for. Two of its files are asked for by name: it offers them under no other.

'use strict';

const { createPublicKey } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js');
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js');

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function readKey(vkey) {
  const [name, id, ...rest] = vkey.split('+');
  const key = Buffer.from(rest.join('+'), 'base64');
  if (key.length !== 33 || key[0] !== 1) throw new Error('not the Ed25519 key of a log');
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_SPKI, key.subarray(1)]), format: 'der', type: 'spki' });
  return { name, log: { logID: Buffer.from(id, 'hex'), baseURL: name, publicKey } };
}

function readProof(text) {
  const end = text.indexOf('\n\n');
  const [header, index, ...path] = text.slice(0, end).split('\n');
  const number = /^index (0|[1-9][0-9]*)$/.exec(index ?? '');
  if (end < 0 || header !== 'c2sp.org/tlog-proof@v1' || !number) throw new Error('not a proof');
  return { logIndex: number[1], hashes: path.map((one) => Buffer.from(one, 'base64')), envelope: text.slice(end + 2) };
}

function main([entry, proof, vkey]) {
  const { name, log } = readKey(vkey);
  const { logIndex, hashes, envelope } = readProof(readFileSync(proof, 'utf8'));
  const shown = { canonicalizedBody: readFileSync(entry), inclusionProof: { logIndex, hashes, checkpoint: { envelope } } };
  const checkpoint = verifyCheckpoint(shown, [log]);
  if (checkpoint.origin !== name) throw new Error('a checkpoint of another log');
  verifyMerkleInclusion(shown, checkpoint);
  console.log(`entry ${logIndex} is in the log ${name} of ${checkpoint.logSize} entries`);
  console.log('OK');
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.log('REFUSED:', error.message);
  process.exitCode = 1;
}
