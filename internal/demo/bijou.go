// Package demo makes a fictional ERP dossier to try Vantelle with: "Bijou", a
// French jeweller-wholesaler on Sage 100, in one SQLite file with Sage's own
// table and column names, declared types, keys and shadow columns.
//
// The data are invented and the same on every machine: nothing here may read
// the clock, a random source or the environment. E-mail addresses stay in the
// domains that RFC 2606 reserves, telephone numbers in the ranges that ARCEP
// reserves for fiction, and every SIRET has a wrong check digit, so that
// nothing in the dossier can belong to anybody.
//
// The dossier is full of traps on purpose (rows that look like a customer's
// and are not, internal remarks, costs): tests and demonstrations rely on
// them. bijou_traps.go lists them.
//
// Read next: bijou_table.go (how a row becomes a Sage row), then one file per
// kind of data.
package demo

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Dossier is the id under which the demonstration's dossier is known.
const Dossier = "bijou"

// Customers that demonstrations and tests speak of by name.
const (
	// Bagues buys rings, has two delivery addresses, subscriptions and prices of
	// its own.
	Bagues = "BAGUES"
	// Carat buys stones and watches from Belgium, without VAT: no document of
	// Carat looks like one of Bagues.
	Carat = "CARAT"
	// NoAccess is a customer like any other that Granted leaves out.
	NoAccess = "SAPHIR"
)

// InternalMark stands in every text of the dossier that the seller keeps to
// himself: remarks, reasons, header lines, free information. An answer to a
// customer that contains it has leaked.
const InternalMark = "INTERNE"

// rowCount is how many rows Build writes; a test keeps it true. It is what
// progress is measured against.
const rowCount = 78321

// Granted lists the codes of the customers whose access a demonstration
// grants: Bagues, Carat and others of all kinds, NoAccess not among them.
func Granted() []string {
	var codes []string
	for _, c := range planCustomers() {
		if c.code != NoAccess && !c.prospect && !c.dormant && len(codes) < 40 {
			codes = append(codes, c.code)
		}
	}
	return codes
}

// Build writes the dossier to path, replacing what is there. It works in a
// temporary file beside path and renames it at the end: when Build fails or
// ctx is cancelled, path is as it was and nothing is left behind. progress may
// be nil; it is called from Build's own goroutine with the rows written so
// far, their total, and what is being written.
func Build(ctx context.Context, path string, progress func(done, total int, what string)) (err error) {
	if progress == nil {
		progress = func(int, int, string) {}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".bijou-*.tmp")
	if err != nil {
		return fmt.Errorf("build demo dossier %s: %w", path, err)
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			os.Remove(temp)
			err = fmt.Errorf("build demo dossier %s: %w", path, err)
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := populate(ctx, temp, progress); err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // the database says it in words of its own
		}
		return err
	}
	return os.Rename(temp, path)
}

// populate makes the tables and rows in the empty file at path.
func populate(ctx context.Context, path string, progress func(done, total int, what string)) (err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := db.Close(); err == nil {
			err = cerr
		}
	}()
	db.SetMaxOpenConns(1)
	// The file is thrown away unless it is complete: no journal is needed.
	tables, indexes := definitions()
	if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"+tables); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	w := &writer{ctx: ctx, tx: tx, progress: progress, tables: map[string]*table{}}
	defer w.close()
	b := newBijou()
	for _, step := range []struct {
		what string
		run  func(*writer, *bijou)
	}{
		{"settings", writeSettings},
		{"customers", writeThirdParties},
		{"articles", writeArticles},
		{"subscriptions", writeSubscriptions},
		{"documents", writeDocuments},
		{"payments", writePayments},
		{"ledger", writeLedger},
	} {
		w.what = step.what
		step.run(w, b)
		if w.err != nil {
			return w.err
		}
		progress(w.done, rowCount, step.what)
	}
	progress(w.done, rowCount, "indexes") // made at the end: half the work
	if _, err := tx.ExecContext(ctx, indexes); err != nil {
		return err
	}
	return tx.Commit()
}
