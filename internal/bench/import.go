package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/bench/figure"
)

// importCustomers is how many customers the subject import brings in, with
// twice as many contacts.
var importCustomers = flag.Int("import.customers", 100_000, "how many customers the subject import brings in, with twice as many contacts; the promise is of 1000000")

// importPairs are which databases the subject import measures.
var importPairs = flag.String("import.pairs", "sqlite.sqlite,sqlite.postgres,postgres.sqlite,postgres.postgres", "the pairs of databases that the subject import measures: of the ERP and of the directory")

const (
	// importMB is what a process that synchronises may need, whatever it reads.
	importMB = 300
	// importShare is the part of the limit's speed that a first import is to reach.
	importShare = 0.5
	// importAgain is how many times faster a run without changes is to be.
	importAgain = 5
)

// importJob is what one process of the subject does; see runImport.
type importJob struct {
	Source, SourceDSN       string // an engine of ours, and where the ERP is
	Directory, DirectoryDSN string // a driver of the store, and where the directory is
	ByHand                  bool   // the limit: read plainly, load in bulk
	Customers               int    // that there are
	Profile                 string `json:",omitempty"` // file for a CPU profile
}

// importResult is what it measured.
type importResult struct {
	Seconds, Reading float64 // all of it; until the ERP was read
	Processor        float64 // seconds of the processors that the process used
	PeakMB           float64 // the most memory of its own that the process had; files that are mapped are not
	Read, Changed    int     // records
}

// imports measures the synchronisation: the first import, a run that finds
// nothing changed and one that finds a thousand changes, each in a process of
// its own, from SQLite and PostgreSQL into both directories, beside the limit:
// a plain scan of the same columns and a load in bulk, written by hand, into the
// same tables with the same indexes.
func imports(ctx context.Context, b *bench) (err error) {
	at, err := openPlace(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.drop()) }()
	file := filepath.Join(b.dir, "erp.db")
	lite, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)")
	if err != nil {
		return err
	}
	defer lite.Close()
	for _, erp := range []struct {
		engine, dsn string
		db          *sql.DB
	}{{"sqlite", file, lite}, {"postgres", at.dsn, at.db}} {
		if !strings.Contains(*importPairs, erp.engine+".") {
			continue
		}
		if err := fillSage(ctx, erp.db, erp.engine, *importCustomers); err != nil {
			return fmt.Errorf("fill the ERP on %s: %w", erp.engine, err)
		}
		for _, driver := range []string{"sqlite", "postgres"} {
			if !slices.Contains(strings.Split(*importPairs, ","), erp.engine+"."+driver) {
				continue
			}
			if err := b.importOnce(ctx, erp.db, importJob{Source: erp.engine, SourceDSN: erp.dsn, Directory: driver, Customers: *importCustomers}); err != nil {
				return fmt.Errorf("from %s into %s: %w", erp.engine, driver, err)
			}
		}
	}
	return nil
}

// importOnce measures one pair of databases.
func (b *bench) importOnce(ctx context.Context, erp *sql.DB, job importJob) (err error) {
	fresh := func() (dsn string, drop func() error, err error) {
		if job.Directory == "sqlite" {
			dir, err := os.MkdirTemp(b.dir, "directory-")
			return filepath.Join(dir, "directory.db"), func() error { return os.RemoveAll(dir) }, err
		}
		p, err := openPlace(ctx)
		if err != nil {
			return "", nil, err
		}
		return p.dsn, p.drop, nil
	}
	hand := job
	hand.ByHand = true
	var drop func() error
	if hand.DirectoryDSN, drop, err = fresh(); err != nil {
		return err
	}
	limit, err := hand.run(ctx)
	if err := errors.Join(err, drop()); err != nil {
		return err
	}
	if job.DirectoryDSN, drop, err = fresh(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	first, err := job.run(ctx)
	if err != nil {
		return err
	}
	if first.Changed != 3*job.Customers {
		return fmt.Errorf("the first import brought %d records", first.Changed)
	}
	again, err := job.run(ctx)
	if err != nil {
		return err
	}
	if err := touchSage(ctx, erp, 1000); err != nil {
		return err
	}
	thousand, err := job.run(ctx)
	if err != nil {
		return err
	}
	if again.Changed != 0 || thousand.Changed != 1000 {
		return fmt.Errorf("later runs changed %d and %d records", again.Changed, thousand.Changed)
	}
	name := "import." + job.Source + "." + job.Directory
	peak := max(first.PeakMB, again.PeakMB, thousand.PeakMB)
	return b.print(
		figure.Figure{Name: name + ".first", Value: first.Seconds, Unit: "s"},
		figure.Figure{Name: name + ".first.reading", Value: first.Reading, Unit: "s"},
		figure.Figure{Name: name + ".first.processor", Value: first.Processor, Unit: "s"},
		figure.Figure{Name: name + ".limit", Value: limit.Seconds, Unit: "s"},
		figure.Figure{Name: name + ".limit.processor", Value: limit.Processor, Unit: "s"},
		figure.Figure{Name: name + ".ratio", Value: limit.Seconds / first.Seconds, Unit: "ratio", Target: figure.Target(importShare)},
		figure.Figure{Name: name + ".rate", Value: float64(3*job.Customers) / first.Seconds, Unit: "records/s"},
		figure.Figure{Name: name + ".peak", Value: peak, Unit: "MB", Target: figure.Target(importMB)},
		figure.Figure{Name: name + ".unchanged", Value: again.Seconds, Unit: "s"},
		figure.Figure{Name: name + ".unchanged.processor", Value: again.Processor, Unit: "s"},
		figure.Figure{Name: name + ".unchanged.faster", Value: first.Seconds / again.Seconds, Unit: "ratio", Target: figure.Target(importAgain)},
		figure.Figure{Name: name + ".thousand", Value: thousand.Seconds, Unit: "s"},
	)
}

// importEnv names the job in the environment of a process that does one.
const importEnv = "VANTELLE_BENCH_IMPORT"

// run does the job in a process of its own, so that its memory is its own.
func (j importJob) run(ctx context.Context) (r importResult, err error) {
	text, err := json.Marshal(j)
	if err != nil {
		return r, err
	}
	program, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), importEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	return r, err
}

// sageTables is what the synchronisation reads of a Sage 100 dossier.
const sageTables = `
CREATE TABLE "P_DOSSIER" ("D_RaisonSoc" varchar(35), "D_Siret" varchar(14));
INSERT INTO "P_DOSSIER" VALUES ('BIJOU', '00000000000001');
CREATE TABLE "F_COMPTET" ("cbMarq" integer PRIMARY KEY, "CT_Num" varchar(17) NOT NULL, "CT_Intitule" varchar(69), "CT_Type" smallint,
	"CT_Prospect" smallint, "CT_EMail" varchar(69), "CT_Telephone" varchar(21), "CT_Adresse" varchar(35), "CT_Complement" varchar(35),
	"CT_CodePostal" varchar(9), "CT_Ville" varchar(35), "CT_Pays" varchar(35), "CT_Identifiant" varchar(25), "CT_Siret" varchar(15),
	"CT_Sommeil" smallint, "CT_NumPayeur" varchar(17), "CO_No" integer, "N_CatTarif" smallint, "CT_NumCentrale" varchar(17), "cbModification" timestamp);
CREATE UNIQUE INDEX "IT_NUM" ON "F_COMPTET" ("CT_Num");
CREATE TABLE "F_CONTACTT" ("cbMarq" integer PRIMARY KEY, "CT_No" integer NOT NULL, "CT_Num" varchar(17) NOT NULL, "CT_Nom" varchar(35), "CT_Prenom" varchar(35),
	"CT_Fonction" varchar(35), "CT_EMail" varchar(69), "CT_Telephone" varchar(21), "CT_TelPortable" varchar(21), "cbModification" timestamp);
CREATE UNIQUE INDEX "ICT_NO" ON "F_CONTACTT" ("CT_No");
CREATE INDEX "ICT_NUM" ON "F_CONTACTT" ("CT_Num");
CREATE TABLE "F_COLLABORATEUR" ("CO_No" integer, "CO_Nom" varchar(35), "CO_Prenom" varchar(35));
INSERT INTO "F_COLLABORATEUR" VALUES (1, 'Martin', 'Anne'), (2, 'Durand', 'Luc');
`

// fillSage makes the dossier with so many customers and twice as many contacts.
func fillSage(ctx context.Context, db *sql.DB, engine string, customers int) error {
	stamp := "datetime('2024-01-01', (n % 700) || ' days')" // touched over two years
	code, from := "printf('C%07d', n)", "(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < %d) SELECT n FROM g)"
	owner := "printf('C%07d', 1 + (n - 1) / 2)"
	if engine == "postgres" {
		stamp = "timestamp '2024-01-01' + (n % 700) * interval '1 day'"
		code, from, owner = "'C' || lpad(n::text, 7, '0')", "generate_series(1, %d) AS g(n)", "'C' || lpad((1 + (n - 1) / 2)::text, 7, '0')"
	}
	statements := []string{sageTables,
		`INSERT INTO "F_COMPTET" SELECT n, ` + code + `, 'Société ' || n, 0, 0, 'societe' || n || '@example.com', '01 99 ' || n, n || ' rue de la République', '',
			'34' || (100 + n % 900), 'Béziers', 'France', 'FR' || (10000000000 + n), '' || (10000000000000 + n), 0, ` + code + `, 1 + n % 2, 1 + n % 3, '', ` + stamp + `
			FROM ` + fmt.Sprintf(from, customers),
		`INSERT INTO "F_CONTACTT" SELECT n, n, ` + owner + `, 'Dupont ' || n, 'Camille', 'Achats', 'contact' || n || '@example.com', '01 98 ' || n, '06 98 ' || n, ` + stamp + `
			FROM ` + fmt.Sprintf(from, 2*customers),
	}
	if engine == "postgres" {
		statements = append(statements, "ANALYZE")
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// touchSage changes so many customers, as people at work do: their markers move.
func touchSage(ctx context.Context, db *sql.DB, customers int) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`UPDATE "F_COMPTET" SET "CT_Complement" = "CT_Complement" || '.', "cbModification" = CURRENT_TIMESTAMP WHERE "cbMarq" %% 7 = 0 AND "cbMarq" <= %d`, 7*customers))
	return err
}

// quoted puts names between double quotes, with commas between them.
func quoted(names string) string {
	parts := strings.Split(names, ", ")
	for i := range parts {
		parts[i] = `"` + parts[i] + `"`
	}
	return strings.Join(parts, ", ")
}
