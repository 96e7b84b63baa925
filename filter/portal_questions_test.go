package filter_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// question is one request of a portal. In a file of testdata/portal it is
//
//	-- a sentence that says what is asked --
//	CUSTOMER
//	? [1, "two"]           values; may be missing
//	not ENGINE code        an engine that refuses it, with the refusal's code; may be missing
//	SELECT …               or GET rows/…; may take more lines
//	---
//	what comes back: a line of names with their types, and a line for each row
//
// A file's first part is the profile under which they are asked. With -update
// the answers of the first engine are written into the files, where all agree.
type question struct {
	name, customer string
	params         []any
	not            map[catalog.Engine]string
	text           string
	want           []string
}

// questions are one ERP's, with the dossier that they are asked of.
type questions struct {
	erp, file, profile string
	list               []question
}

var notLine = regexp.MustCompile(`^not (\w+) (\w+)$`)

func readQuestions(t *testing.T, erp string) questions {
	t.Helper()
	q := questions{erp: erp, file: "testdata/portal/" + erp + ".txtar"}
	archive, err := txtar.ParseFile(q.file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == "profile" {
			q.profile = string(f.Data)
			continue
		}
		one := question{name: f.Name, not: map[catalog.Engine]string{}}
		asked, want, _ := strings.Cut(string(f.Data), "\n---\n")
		lines := strings.Split(strings.TrimRight(asked, "\n"), "\n")
		one.customer, lines = lines[0], lines[1:]
		for len(lines) > 0 {
			if values, found := strings.CutPrefix(lines[0], "? "); found {
				if err := json.Unmarshal([]byte(values), &one.params); err != nil {
					t.Fatalf("%s: %s: %v", q.file, f.Name, err)
				}
			} else if m := notLine.FindStringSubmatch(lines[0]); m != nil {
				one.not[catalog.Engine(m[1])] = m[2]
			} else {
				break
			}
			lines = lines[1:]
		}
		one.text = strings.Join(lines, "\n")
		if want != "" {
			one.want = strings.Split(strings.TrimRight(want, "\n"), "\n")
		}
		q.list = append(q.list, one)
	}
	return q
}

// write puts the questions back into their file.
func (q questions) write(t *testing.T) {
	t.Helper()
	archive, err := txtar.ParseFile(q.file)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range archive.Files {
		for _, one := range q.list {
			if one.name == f.Name {
				asked, _, _ := strings.Cut(string(f.Data), "\n---\n")
				archive.Files[i].Data = []byte(strings.TrimRight(asked, "\n") + "\n---\n" + strings.Join(one.want, "\n") + "\n\n")
			}
		}
	}
	if err := os.WriteFile(q.file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask gives the answer of an engine, line by line.
func (one question) ask(t *testing.T, r *rig) ([]string, error) {
	t.Helper()
	if target, rest := strings.CutPrefix(one.text, "GET "); rest {
		return one.get(t, r, target)
	}
	return answersOf(t, r, filter.Request{Caller: as(one.customer), Text: one.text, Params: one.params})
}

// get asks the portal's REST. Its answer is read as CSV, whose cells stand in
// order; numbers lose superfluous zeros, as in answersOf.
func (one question) get(t *testing.T, r *rig, target string) ([]string, error) {
	t.Helper()
	raw := "GET /v1/dossiers/d/" + target + " HTTP/1.1\r\nHost: portal\r\nAuthorization: Bearer vk_x\r\nAccept: text/csv\r\n" +
		identity.HeaderCustomer + ": " + one.customer + "\r\n\r\n"
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	portal.New(portal.Config{Gate: r.gate, Identify: openDoor{}, Logger: zerolog.Nop()}).ServeHTTP(w, request)
	if w.Code != http.StatusOK {
		return nil, fmt.Errorf("answered %d %s", w.Code, w.Body)
	}
	records, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, record := range records {
		for i, cell := range record {
			if strings.Contains(cell, ".") {
				if n, ok := new(big.Rat).SetString(cell); ok {
					record[i] = strings.TrimSuffix(strings.TrimRight(n.FloatString(4), "0"), ".")
				}
			}
		}
		lines = append(lines, strings.Join(record, "|"))
	}
	return lines, nil
}

// TestPortalQuestions asks the same questions of the same dossiers on every
// engine that there is a server for, and wants the answers of testdata/portal.
func TestPortalQuestions(t *testing.T) {
	asked, apart, everywhere := 0, 0, 0
	for _, name := range []string{"sage100", "dolibarr", "odoo"} {
		q := readQuestions(t, name)
		rigs := dossiers(t, q)
		small := rigs[catalog.SQLServer] != nil && babelfish(t)
		if rigs[catalog.SQLite] != nil {
			everywhere += len(q.list)
		}
		for i := range q.list {
			one := &q.list[i]
			t.Run(name+"/"+one.name, func(t *testing.T) { one.compare(t, rigs, small) })
			for _, r := range rigs {
				asked++
				somebody := *one
				somebody.customer = "4711"
				if other, err := somebody.ask(t, r); err == nil && !slices.Equal(other, one.want) {
					apart++
				}
				break
			}
		}
		if *update && !t.Failed() && len(rigs) > 0 {
			q.write(t)
		}
	}
	if everywhere < 60 {
		t.Errorf("only %d questions are asked of every engine", everywhere)
	}
	if apart < asked*3/4 {
		t.Errorf("only %d of %d questions tell a customer from one who does not exist", apart, asked)
	}
}

// compare asks every engine. small tells that the SQL Server writes the names
// of its columns in small letters, as Babelfish does.
func (one *question) compare(t *testing.T, rigs map[catalog.Engine]*rig, small bool) {
	updated := false
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer} {
		r := rigs[engine]
		if r == nil {
			continue
		}
		got, err := one.ask(t, r)
		if code, refuses := one.not[engine]; refuses {
			if string(codeOf(err)) != code {
				t.Errorf("%s gives %q, %v; want %s", engine, got, err, code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v (%v)", engine, err, errors.Unwrap(err))
			continue
		}
		if *update && !updated {
			one.want, updated = got, true
		}
		want := slices.Clone(one.want)
		if small && engine == catalog.SQLServer && len(got) > 0 && len(want) > 0 {
			got[0], want[0] = strings.ToLower(got[0]), strings.ToLower(want[0])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s\n gives\n%s\n want\n%s", engine, one.text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// openDoor takes the name of a customer for his id.
type openDoor struct{}

func (openDoor) Backend(_ context.Context, _, _, customer, _, _ string) (identity.Caller, error) {
	return as(customer), nil
}
