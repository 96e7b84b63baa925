package oracle

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/internal/filestore"
)

// with has the tables hold other rows until what it gives is called.
func (w *world) with(rows func(*table) []row) (back func()) {
	before := map[*table][]row{}
	for _, t := range w.tables {
		before[t], t.rows = t.rows, rows(t)
	}
	return func() {
		for _, t := range w.tables {
			t.rows = before[t]
		}
	}
}

// layFiles puts on the disk every file that the rows of a world tell of, and what
// was pushed for them. The first asker's are the same in both worlds, all
// others have another content in each.
func (w *world) layFiles(folder string, other bool, rows func(*table) []row) (*files.Library, error) {
	defer w.with(rows)()
	root := filepath.Join(folder, "root")
	pushed := filestore.Pushed{Dir: filepath.Join(folder, "pushed")}
	mine := map[string]bool{}
	keys := map[string]bool{}
	each := func(f func(o *offer, x row, mine bool)) {
		for _, o := range w.offers {
			for _, x := range o.table.rows {
				if o.key != nil {
					f(o, x, w.profile.sees(w, w.customers[0], o.table, x) && o.entries.sees(w, w.customers[0], o.table, x))
				}
			}
		}
	}
	paths := func(o *offer, x row, f func(string)) {
		f("printed/" + x[o.pattern.index].text + ".txt")
		if o.beside != nil {
			for _, y := range o.beside.table.rows {
				// Blanks around a path mean nothing: two paths that differ by them are
				// one file, with one content.
				f(strings.TrimSpace(y[o.beside.path.index].text))
			}
		}
	}
	each(func(o *offer, x row, his bool) {
		if his {
			keys[o.name+"/"+x[o.key.index].text] = true
			paths(o, x, func(p string) { mine[p] = true })
		}
	})
	failed := errors.Join(os.MkdirAll(root, 0o700), os.MkdirAll(pushed.Dir, 0o700))
	each(func(o *offer, x row, _ bool) {
		paths(o, x, func(p string) {
			if clean := filepath.Clean(filepath.FromSlash(p)); p == "" || !filepath.IsLocal(clean) || strings.ContainsAny(p, `:?*"<>|\`) {
				return
			}
			said := "the file " + p
			if other && !mine[p] {
				said += " of another world"
			}
			at := filepath.Join(root, filepath.FromSlash(p))
			if err := os.MkdirAll(filepath.Dir(at), 0o700); err == nil {
				_ = os.WriteFile(at, []byte(said), 0o600) // a name may be taken by a folder
			}
		})
		key := x[o.key.index].text
		said := "pushed for " + o.name + " " + key
		if other && !keys[o.name+"/"+key] {
			said += " of another world"
		}
		if _, _, err := pushed.Put("d", o.name, key, "", "pushed "+strconv.Itoa(len(said)%3)+".txt", strings.NewReader(said), 1<<20, func() error { return nil }); err != nil {
			failed = err
		}
	})
	if failed != nil {
		return nil, failed
	}
	day := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC) // entity tags hold it
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, day, day)
	})
	return &files.Library{Roots: map[string]filestore.Roots{"d": {{Name: "documents", Path: root}}}, Pushed: pushed, MaxSize: 1 << 20}, err
}
