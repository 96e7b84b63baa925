package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/store"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"vantelle": func() { os.Exit(mainExit()) }})
}

// leakChecked fails tests that leave goroutines behind, and tidies up.
type leakChecked struct{ *testing.M }

func (l leakChecked) Run() int {
	code := l.M.Run()
	if firstDemo.dir != "" {
		if err := os.RemoveAll(firstDemo.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	removeBinary()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// TestScripts runs the transcripts: what people type, and what they read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", e.WorkDir+"/cache")
			e.Values[heardKey{}] = &heard{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sage":  makeSage,
			"grant": grantAccess,
			"hold":  holdDirectory,

			"systemd": playSystemd,
			"hear":    hear,
		},
	})
}

// makeSage makes a small Sage 100 in the file that it is given.
func makeSage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sage FILE")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(erpshape.LoadSage(context.Background(), db, catalog.SQLite, ""), db.Close()))
}

// grantAccess lets a customer into a dossier, in a directory that no service runs on.
func grantAccess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: grant DIRECTORY DOSSIER CUSTOMER")
	}
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{Path: ts.MkAbs(args[0])})
	ts.Check(err)
	_, err = db.PutAccess(ctx, directory.Access{Dossier: args[1], CustomerID: args[2], State: directory.AccessGranted, ChangedBy: "test", ChangedAt: time.Now()})
	ts.Check(errors.Join(err, db.Close()))
}

// holdDirectory does as if a service ran on a directory, until the script ends.
func holdDirectory(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DIRECTORY")
	}
	held, err := takeLock(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { ts.Check(held.release()) })
}
