package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// formulasERP has views whose formula fails on HIS rows and on none of ANNA's and,
// where the engine computes one when it is read, a column.
func formulasERP(engine catalog.Engine) []string {
	formula := map[catalog.Engine]string{catalog.SQLite: "CAST(json_extract(ref, '$') AS int)", catalog.Postgres: "CAST(ref AS int)", catalog.MariaDB: "big * 2"}[engine]
	column := map[catalog.Engine]string{catalog.SQLite: ", n int AS (id + 16) VIRTUAL", catalog.Postgres: ", n int", catalog.MariaDB: ", n int AS (id + 16) VIRTUAL"}[engine]
	return []string{
		"CREATE TABLE grants (doc int NOT NULL, holder varchar(20) NOT NULL)",
		"INSERT INTO grants VALUES (1, 'ANNA'), (2, 'ANNA'), (3, 'HIS')",
		"CREATE TABLE base (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, ref varchar(20), big bigint" + column + ")",
		"INSERT INTO base (id, owner, ref, big) VALUES (1, 'ANNA', '17', 10), (2, 'ANNA', '18', 10)",
		"INSERT INTO base (id, owner, ref, big) VALUES (3, 'HIS', 'x', 9223372036854775807)",
		"CREATE VIEW plain AS SELECT id, owner, " + formula + " AS n FROM base",
		"CREATE VIEW held AS SELECT id, " + formula + " AS n FROM base",
	}
}

const formulasProfile = `
profile: FORMULAS
erp: custom
tables:
  plain:
    rows: owner = :customer
    columns: {id: {}, n: {}}
  held:
    rows: EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.holder = :customer)
    columns: {id: {}, n: {}}
  base:
    rows: EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.holder = :customer)
    columns: {id: {}, n: {}}
`

// What the ERP computes where it is read, a view's column or one that is not
// stored, may fail, and cost, as anything can that a request computes.
func TestPromise8WhatTheERPComputesMeetsOwnRowsOnly(t *testing.T) {
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB} {
		var r *rig
		if engine == catalog.SQLite {
			r = newRig(t, strings.Join(formulasERP(engine), ";\n")+";", formulasProfile)
		} else if db, _ := roomFor(t, engine, formulasERP(engine)); db != nil {
			r = rigOn(t, db, formulasProfile)
		} else {
			continue
		}
		for _, table := range []string{"plain", "held", "base"} {
			for _, text := range []string{
				"SELECT id FROM T WHERE n IS NOT NULL", "SELECT id FROM T WHERE CASE WHEN id = %d THEN n > 0 ELSE TRUE END", "SELECT id FROM T WHERE id <> %d OR n > 0",
				"SELECT x.id FROM (SELECT id, n FROM T) x WHERE NOT (x.id = %d AND x.n < 0)", "SELECT id FROM T WHERE n IN (1, 34, 36, 20) OR id > 0",
				"WITH x AS (SELECT n, id FROM T) SELECT a.id FROM x a JOIN x b ON a.id = b.id AND (a.n = b.n OR a.id = %d)",
			} {
				text = strings.ReplaceAll(text, " T ", " "+table+" ")
				text = strings.ReplaceAll(text, " T)", " "+table+")")
				for _, id := range []int{3, 4} {
					q := text
					if strings.Contains(text, "%d") {
						q = fmt.Sprintf(text, id)
					}
					req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: q}
					if _, _, err := collect(t.Context(), r.gate, req); err != nil {
						t.Errorf("%s: %s: %v", engine, q, err)
					}
					if x, err := r.gate.Explain(t.Context(), req, ""); err != nil || !fenced(x.SQL) && (table != "base" || engine != catalog.Postgres) {
						t.Errorf("%s: %s: %v, %s", engine, q, err, x.SQL)
					}
				}
			}
		}
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT n FROM plain WHERE id = 1"}, catalog.SQLServer)
		if err != nil || !strings.Contains(x.SQL, "(SELECT TOP (9223372036854775807) ") {
			t.Errorf("%v: %s", err, x.SQL)
		}
	}
}
