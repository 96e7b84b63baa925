package filter_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// chosen is a try to choose by writing which rows of docs somebody sees: ANNA tries,
// then the ERP may go on by itself (later); docs shows each watcher the same as in a
// world where she wrote nothing.
type chosen struct {
	name    string
	engines []catalog.Engine // nil: all three
	tables  []string
	profile string // its tables
	beside  string // another's, by which BETTY (of ANNA's customer) sees the dossier
	tries   []string
	later   []string
	offered bool // one of the tries is taken
}

var three = []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB}

func TestPromise9NobodyChoosesRowsByWhatIsTaken(t *testing.T) {
	for _, c := range chosenCases {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func (c chosen) run(t *testing.T) {
	engines := c.engines
	if engines == nil {
		engines = three
	}
	head := "title: {fr: Vue, en: Sight}\nerp: custom\n"
	first := "profile: CHOSEN\n" + head + c.profile
	on(t, workshopsOn(t, c.tables, first, engines...), func(t *testing.T, w *workshop) {
		if c.beside != "" {
			a, err := profiles.Load("a.yaml", []byte(first))
			if err != nil {
				t.Fatal(err)
			}
			b, err := profiles.Load("b.yaml", []byte("profile: BESIDE\n"+head+c.beside))
			if err != nil {
				t.Fatal(err)
			}
			book, err := profiles.NewBook(a, b)
			if err != nil {
				t.Fatal(err)
			}
			w.worlds = filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: w.db, DefaultProfile: "CHOSEN"})
			w.gate = filter.New(filter.Config{Worlds: w.worlds, Audit: w.audit})
		}
		view, err := w.gate.View(t.Context(), as("ANNA"))
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, p := range view.Problems {
			said = append(said, p.Table+"."+p.Column+": "+p.Msg)
		}
		watch := func() string {
			var all []string
			for _, who := range []string{"ANNA", "ANNA+1", "ANNA+2", "ANNA+beside", "BORIS", "BORIS+1", "BORIS+2"} {
				id, more, _ := strings.Cut(who, "+")
				caller := as(id)
				switch more {
				case "beside":
					if c.beside == "" {
						continue
					}
					caller.Access.Profile = "BESIDE"
				default:
					caller.Contact = "c" + more
				}
				got, err := w.writeAs(t, caller, "SELECT id FROM docs ORDER BY id")
				if err != nil {
					got = err.Error()
				}
				all = append(all, who+": "+strings.ReplaceAll(got, "\n", ","))
			}
			return strings.Join(all, "; ")
		}
		anna := as("ANNA")
		anna.Contact = "c1"
		before := watch()
		taken := false
		var log []string
		for _, try := range c.tries {
			got, err := w.writeAs(t, anna, try)
			if err != nil {
				got = err.Error()
			} else {
				taken = true
			}
			log = append(log, try+" -> "+got)
		}
		if c.later == nil {
			if after := watch(); after != before {
				t.Errorf("now\n%s\nbefore\n%s", after, before)
			}
		} else {
			again := false
			do := func() {
				for _, s := range c.later {
					if again && strings.HasPrefix(s, "ALTER") {
						continue
					}
					if _, err := w.raw.Exec(s); err != nil {
						t.Fatal(s, err)
					}
				}
				again = true
				fresh := rigOn(t, w.db, first)
				w.worlds, w.gate = fresh.worlds, fresh.gate
			}
			do()
			after := watch()
			for _, s := range undo(c.tables) {
				if _, err := w.raw.Exec(s); err != nil {
					t.Fatal(s, err)
				}
			}
			do()
			if alone := watch(); alone != after {
				t.Errorf("now\n%s\nhad she written nothing\n%s", after, alone)
			}
		}
		if taken != c.offered {
			t.Errorf("taken: %v", taken)
		}
		if t.Failed() || testing.Verbose() {
			t.Log(strings.Join(append(log, said...), "\n"))
		}
	})
}

// undo puts the first rows of plain tables back.
func undo(tables []string) []string {
	var out []string
	for _, s := range slices.Backward(tables) {
		if strings.HasPrefix(s, "INSERT INTO ") {
			out = append(out, "DELETE FROM "+strings.Fields(s)[2])
		}
	}
	for _, s := range tables {
		if strings.HasPrefix(s, "INSERT INTO ") {
			out = append(out, s)
		}
	}
	return out
}
