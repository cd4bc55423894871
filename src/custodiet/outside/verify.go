// Verify is an auditor of the ledger that shares no code with it: Go's sumdb/note and sumdb/tlog do the thinking.
//
//	verify bundle FILE [-key VKEY]
//	verify audit FOLDER [-key VKEY] [-old NOTE]...
//
// bundle checks a JSON file: two signed checkpoints, that the new one continues the old one, and that each entry listed
// is in the log at its index. audit checks an exported folder: it rebuilds the whole tree from the entries, compares it
// with the signed checkpoint, with every published hash tile, and with earlier checkpoints the auditor has kept (-old).
//
// It exits 0 and says what it has checked, or exits 1 and says why not. Without -key it believes the key that came with
// the data, and says so: then it shows only that the data agrees with itself.
//
// tlog.TileHashReader is not used, on purpose: in x/mod before 0.40.0 it leaves some tiles unchecked (CVE-2026-56865).
//
// Build: GO111MODULE=off GOPATH=/usr/share/gocode go build verify.go
// (Debian: golang-go, golang-golang-x-mod-dev)
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// bundleFile is the JSON file of the first mode; byte strings are base64.
type bundleFile struct {
	Vkey        string        `json:"vkey"`
	New         string        `json:"new"`
	Old         string        `json:"old"`
	Consistency [][]byte      `json:"consistency"`
	Entries     []bundleEntry `json:"entries"`
}

type bundleEntry struct {
	Index int64    `json:"index"`
	Entry []byte   `json:"entry"`
	Proof [][]byte `json:"proof"`
}

// storedHashes are all hashes of a tree, in the order in which tlog stores them.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d of %d asked for", index, len(s))
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string         { return strings.Join(*l, ", ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println("OK")
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: verify bundle FILE [-key VKEY] | verify audit FOLDER [-key VKEY] [-old NOTE]...")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	key := flags.String("key", "", "the log's verifier key, from somewhere else than the data")
	var old list
	flags.Var(&old, "old", "file of an earlier checkpoint to compare with (audit only)")
	if err := flags.Parse(args[2:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q?", flags.Arg(0))
	}
	switch {
	case args[0] == "bundle" && len(old) == 0:
		return checkBundle(args[1], *key)
	case args[0] == "audit":
		return audit(args[1], *key, old)
	}
	return fmt.Errorf("cannot %q like this", args[0])
}

func checkBundle(path, key string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var bundle bundleFile
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&bundle); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("the file goes on after the bundle")
	}
	if len(bundle.Entries) == 0 {
		return errors.New("the bundle shows no entry")
	}
	verifier, err := verifierFor(bundle.Vkey, key)
	if err != nil {
		return err
	}
	latest, err := openCheckpoint("new", bundle.New, verifier)
	if err != nil {
		return err
	}
	earlier, err := openCheckpoint("old", bundle.Old, verifier)
	if err != nil {
		return err
	}

	consistency, err := toHashes(bundle.Consistency)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(tlog.TreeProof(consistency), latest.N, latest.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("consistency from %d to %d: %w", earlier.N, latest.N, err)
	}
	fmt.Printf("consistency: the log of %d entries begins with the log of %d\n", latest.N, earlier.N)

	for _, entry := range bundle.Entries {
		proof, err := toHashes(entry.Proof)
		if err != nil {
			return err
		}
		leaf := tlog.RecordHash(entry.Entry)
		if err := tlog.CheckRecord(tlog.RecordProof(proof), latest.N, latest.Hash, entry.Index, leaf); err != nil {
			return fmt.Errorf("inclusion of entry %d: %w", entry.Index, err)
		}
	}
	fmt.Printf("inclusion: %d entries are in the log at their index\n", len(bundle.Entries))
	return nil
}

func audit(folder, key string, old []string) error {
	stated, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		return err
	}
	verifier, err := verifierFor(strings.TrimSuffix(string(stated), "\n"), key)
	if err != nil {
		return err
	}
	tree, err := openCheckpointFile(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return err
	}

	hashes, err := hashEntries(folder, tree.N)
	if err != nil {
		return err
	}
	root, err := rootOf(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the %d entries have the root %v, the checkpoint has %v", tree.N, root, tree.Hash)
	}
	fmt.Printf("entries: the root over all %d of them is that of the checkpoint\n", tree.N)

	tiles, err := compareTiles(folder, tree.N, hashes)
	if err != nil {
		return err
	}
	fmt.Printf("tiles: all %d hash tiles are those of the entries\n", tiles)

	for _, path := range old {
		earlier, err := openCheckpointFile(path, verifier)
		if err != nil {
			return err
		}
		if earlier.N > tree.N {
			return fmt.Errorf("%s speaks of %d entries, and now there are %d", path, earlier.N, tree.N)
		}
		root, err := rootOf(earlier.N, hashes)
		if err != nil {
			return err
		}
		if root != earlier.Hash {
			return fmt.Errorf("the first %d entries are not those of %s", earlier.N, path)
		}
		fmt.Printf("earlier checkpoint: the log begins with the %d entries of %s\n", earlier.N, path)
	}
	return nil
}

// rootOf is the root over the first size entries. Debian's tlog gives zeros for none, RFC 6962 the hash of nothing.
func rootOf(size int64, hashes storedHashes) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, hashes)
}

// hashEntries reads the entry bundles of a log of size entries, and hashes them into a tree.
func hashEntries(folder string, size int64) (storedHashes, error) {
	var hashes storedHashes
	for start := int64(0); start < size; start += tileWidth {
		tile := tileAt(0, start, size)
		name := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		rest, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < int64(tile.W); i++ {
			if len(rest) < 2 {
				return nil, fmt.Errorf("%s ends before entry %d", name, start+i)
			}
			length := int(binary.BigEndian.Uint16(rest))
			rest = rest[2:]
			if len(rest) < length {
				return nil, fmt.Errorf("%s ends within entry %d", name, start+i)
			}
			added, err := tlog.StoredHashes(start+i, rest[:length], hashes)
			if err != nil {
				return nil, err
			}
			hashes = append(hashes, added...)
			rest = rest[length:]
		}
		if len(rest) > 0 {
			return nil, fmt.Errorf("%s goes on after its last entry", name)
		}
	}
	return hashes, nil
}

// compareTiles compares every hash tile that a log of size entries must have with the hashes of its entries.
func compareTiles(folder string, size int64, hashes storedHashes) (count int, err error) {
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		width := size >> (tileHeight * level)
		for start := int64(0); start < width; start += tileWidth {
			tile := tileAt(level, start, width)
			want, err := tlog.ReadTileData(tile, hashes)
			if err != nil {
				return count, err
			}
			// C2SP leaves out the height, which Go's checksum database has in its paths.
			name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
			got, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return count, err
			}
			if !bytes.Equal(got, want) {
				return count, fmt.Errorf("%s does not hold the hashes of the entries", name)
			}
			count++
		}
	}
	return count, nil
}

// tileAt is the tile that begins at hash start of a level which has width hashes.
func tileAt(level int, start, width int64) tlog.Tile {
	tile := tlog.Tile{H: tileHeight, L: level, N: start / tileWidth, W: tileWidth}
	if rest := width - start; rest < tileWidth {
		tile.W = int(rest)
	}
	return tile
}

func verifierFor(stated, key string) (note.Verifier, error) {
	if key == "" {
		fmt.Println("key:", stated, "came with the data; compare it with one from elsewhere, or give -key")
	} else if key != stated {
		return nil, fmt.Errorf("the data names the key %s, not %s", stated, key)
	}
	return note.NewVerifier(stated)
}

func openCheckpointFile(path string, verifier note.Verifier) (tlog.Tree, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(path, string(raw), verifier)
}

// openCheckpoint reads a signed note whose text is origin, size and root, a line each.
func openCheckpoint(what, text string, verifier note.Verifier) (tree tlog.Tree, err error) {
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tree, fmt.Errorf("checkpoint %s: %w", what, err)
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, fmt.Errorf("checkpoint %s does not have three lines", what)
	}
	if lines[0] != verifier.Name() {
		return tree, fmt.Errorf("checkpoint %s is of %q, not of %q", what, lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tree, fmt.Errorf("checkpoint %s has no size", what)
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("checkpoint %s has no root", what)
	}
	tree.N = size
	copy(tree.Hash[:], root)
	fmt.Printf("checkpoint %s: signed by %s, %d entries\n", what, verifier.Name(), size)
	return tree, nil
}

func toHashes(raw [][]byte) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(raw))
	for i, data := range raw {
		if len(data) != tlog.HashSize {
			return nil, fmt.Errorf("a hash of %d bytes", len(data))
		}
		copy(hashes[i][:], data)
	}
	return hashes, nil
}
