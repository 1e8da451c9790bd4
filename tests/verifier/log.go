// Checks the log with Go's own packages for it: the note, the tree by its tiles, each entry and a smaller tree.
// Prints the number of entries. Run by test_verifier.py.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tiles string

func (site tiles) Height() int { return 8 }

func (site tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (site tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		read = append(read, site.get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
	}
	return read, nil
}

func (site tiles) get(path string) []byte {
	response, err := http.Get(string(site) + "/api/v1/log/" + path)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	if response.StatusCode != http.StatusOK {
		log.Fatal(path, response.Status)
	}
	return body
}

func main() {
	site := tiles(os.Args[1])
	verifier, err := note.NewVerifier(strings.TrimSpace(string(site.get("key"))))
	check(err)
	signed, err := note.Open(site.get("checkpoint"), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	var root tlog.Hash
	digest, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	copy(root[:], digest)

	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, site)
	for start := int64(0); start < size; start += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(min(256, size-start))}
		data := site.get(strings.Replace(tile.Path(), "tile/8/data", "tile/entries", 1))
		for i := start; i < start+int64(tile.W); i++ {
			length := binary.BigEndian.Uint16(data)
			leaf := data[2 : 2+length]
			data = data[2+length:]
			if !bytes.Contains(leaf, []byte(fmt.Sprintf(`"sequence":%d,`, i))) {
				log.Fatal("Another entry is at ", i)
			}
			proof, err := tlog.ProveRecord(size, i, hashes)
			check(err)
			check(tlog.CheckRecord(proof, size, root, i, tlog.RecordHash(leaf)))
		}
	}
	older, err := tlog.TreeHash(size-1, hashes)
	check(err)
	proof, err := tlog.ProveTree(size, size-1, hashes)
	check(err)
	check(tlog.CheckTree(proof, size, root, size-1, older))
	fmt.Println(size)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
