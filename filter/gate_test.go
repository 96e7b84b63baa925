package filter_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"

	_ "modernc.org/sqlite"
)

// ledger is a small ERP with two customers' documents and traps beside them.
const ledger = `
CREATE TABLE docs (id INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, kind smallint NOT NULL, ref varchar(20), total numeric(24,6), cost numeric(24,6), at datetime);
CREATE TABLE lines (id INTEGER PRIMARY KEY, doc int NOT NULL, article varchar(20), qty numeric(24,6), margin numeric(24,6));
CREATE TABLE articles (code varchar(20) PRIMARY KEY, name varchar(60), buying numeric(24,6), active smallint NOT NULL);
CREATE TABLE secrets (owner varchar(17), word varchar(20));
INSERT INTO docs VALUES
 (1,'ANNA',1,'A-1',100,60,'2026-01-05 00:00:00'),(2,'ANNA',2,'A-2',250.5,200,'2026-01-06 00:00:00'),(3,'ANNA',9,'A-9',1,1,NULL),
 (4,'BORIS',1,'B-1',999,1,'2026-01-05 00:00:00'),(5,'BORIS',2,NULL,5,4,'2026-02-01 00:00:00'),(6,'anna',1,'x',7,7,NULL);
INSERT INTO lines VALUES (1,1,'RING',2,10),(2,1,'CHAIN',1,20),(3,2,'RING',5,30),(4,4,'RING',9,40),(5,3,'CHAIN',9,9),(6,5,'RING',1,1);
INSERT INTO articles VALUES ('RING','Bague',3,1),('CHAIN','Chaîne',4,1),('OLD','Ancien',5,0);
INSERT INTO secrets VALUES ('ANNA','alpha'),('BORIS','beta');
`

const shop = `
profile: SHOP
title: {fr: Essai, en: Trial}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: read}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
  drafts: {title: {fr: Brouillons, en: Drafts}, level: none}
tables:
  docs:
    rows: owner = :customer
    modules: {orders: kind = 1, invoices: kind = 2, drafts: kind = 9}
    columns: {id: {}, owner: {}, kind: {}, ref: {}, total: {}, at: {}, cost: {hidden: true}}
  lines:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}, doc: {}, article: {}, qty: {}}
  articles:
    public: true
    rows: active = 1
    columns: {code: {}, name: {}}
`

// rig is a gate over a database of its own, with an audit log in memory.
type rig struct {
	gate   *filter.Gate
	worlds *filter.Worlds
	audit  *memoryAudit
	path   string
	db     *erp.DB
}

type memoryAudit struct {
	mu       sync.Mutex
	entries  []audit.Entry
	outcomes []audit.Outcome
	broken   error
}

func (m *memoryAudit) Begin(_ context.Context, e audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	m.entries = append(m.entries, e)
	return nil
}

func (m *memoryAudit) Finish(o audit.Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes = append(m.outcomes, o)
}

func newRig(t testing.TB, schema, profile string) *rig {
	t.Helper()
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(schema); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := rigOn(t, db, profile)
	r.path = path
	return r
}

// with is the rig's gate with other limits.
func (r *rig) with(l filter.Limits) *filter.Gate {
	return filter.New(filter.Config{Worlds: r.worlds, Audit: r.audit, Limits: l})
}

func (r *rig) withMetrics(m filter.Metrics) *filter.Gate {
	return filter.New(filter.Config{Worlds: r.worlds, Audit: r.audit, Metrics: m})
}

type countingMetrics struct{ compiled, cached int }

func (m *countingMetrics) Compiled(result string) {
	switch result {
	case "compiled":
		m.compiled++
	case "cached":
		m.cached++
	}
}
func (m *countingMetrics) ERPQuery(string, int, time.Duration) {}
func (m *countingMetrics) Refused(string)                      {}

// alter changes the ERP behind the gate's back.
func alter(t *testing.T, r *rig, statement string) {
	t.Helper()
	raw, err := sql.Open("sqlite", r.path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func rigOn(t testing.TB, db *erp.DB, profile string) *rig {
	t.Helper()
	p, err := profiles.Load("test.yaml", []byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	book, err := profiles.NewBook(p)
	if err != nil {
		t.Fatal(err)
	}
	log := &memoryAudit{}
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: p.Name})
	return &rig{gate: filter.New(filter.Config{Worlds: worlds, Audit: log}), worlds: worlds, audit: log, db: db}
}

// as is a caller with a granted access.
func as(id string) identity.Caller {
	return identity.Caller{
		Dossier: "d", KeyID: "k",
		Customer: directory.Customer{Dossier: "d", ID: id, Code: id},
		Access:   directory.Access{Dossier: "d", CustomerID: id, State: directory.AccessGranted},
	}
}

// ask runs a statement and gives its rows as text, one line each, or the refusal.
func (r *rig) ask(ctx context.Context, req filter.Request) (string, error) {
	if req.Front == "" {
		req.Front = "sql"
	}
	answer, err := r.gate.Do(ctx, req)
	if err != nil {
		return "", err
	}
	defer answer.Close()
	var b strings.Builder
	for {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		for i, v := range row {
			if i > 0 {
				b.WriteByte('|')
			}
			fmt.Fprint(&b, v)
		}
		b.WriteByte('\n')
	}
}

func codeOf(err error) refusal.Code {
	var r *refusal.Error
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func TestTwoCustomersGetTwoAnswers(t *testing.T) {
	r := newRig(t, ledger, shop)
	const q = "SELECT d.ref, l.article, l.qty, a.name FROM docs d JOIN lines l ON l.doc = d.id LEFT JOIN articles a ON a.code = l.article ORDER BY d.ref, l.article"
	for customer, want := range map[string]string{
		"ANNA":  "A-1|CHAIN|1|Chaîne\nA-1|RING|2|Bague\nA-2|RING|5|Bague\n",
		"BORIS": "<nil>|RING|1|Bague\nB-1|RING|9|Bague\n",
	} {
		got, err := r.ask(t.Context(), filter.Request{Caller: as(customer), Text: q})
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", customer, got, err, want)
		}
	}
}
