package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
)

// quick is a candidate with a short lease.
var quick = Candidate{Address: "here", Lease: 2 * time.Second}

// node opens a directory as a node of the given name, which stands for the lead.
func node(t *testing.T, cfg Config, name string, c Candidate) (*DB, *Candidacy) {
	t.Helper()
	cfg.Node = name
	db := openWith(t, cfg)
	candidacy, err := db.Stand(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, candidacy.Close()) })
	return db, candidacy
}

// takeLead tries until the lead is had.
func takeLead(t *testing.T, c *Candidacy) *Lead {
	t.Helper()
	for {
		l, err := c.Try(t.Context())
		var led *LedError
		if errors.As(err, &led) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		must(t, err)
		t.Cleanup(l.Release)
		return l
	}
}

func TestLeadFencesWhatIsWrittenInItsName(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		db, candidacy := node(t, cfg, "a", quick)
		l := takeLead(t, candidacy)
		now, err := db.Leader(t.Context())
		must(t, err)
		if now.Node != "a" && db.Shared() || now.Address != "here" || now.Expired || now.Epoch != l.Epoch() {
			t.Fatalf("the leader is %+v", now)
		}
		start(t, l.Store(), "run")
		_, err = db.writer.Exec("UPDATE leads SET epoch = epoch + 1")
		must(t, err)

		// Whatever a run writes is refused, and changes nothing.
		before := count(t, db, "runs")
		fenced, ctx := l.Store(), t.Context()
		_, abandoned := fenced.AbandonRuns(ctx, noon)
		for what, err := range map[string]error{
			"a run begins":       fenced.StartRun(ctx, directory.Run{ID: "other", Dossier: "ACME", StartedAt: noon}),
			"a plan is applied":  fenced.ApplyPlan(ctx, "run", big(3), noon),
			"a run ends":         fenced.FinishRun(ctx, directory.Run{ID: "run", State: directory.RunFailed}),
			"runs are abandoned": abandoned,
			"a fingerprint":      fenced.SetFingerprint(ctx, "ACME", directory.Fingerprint{Value: "x"}),
			"an answer":          fenced.AnswerRun(ctx, directory.AskedRun{ID: "x"}),
		} {
			if !errors.Is(err, directory.ErrDeposed) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n := count(t, db, "runs"); n != before || count(t, db, "customers") != 0 {
			t.Errorf("%d runs, %d before; %d customers", n, before, count(t, db, "customers"))
		}
		run, err := db.Run(ctx, "run")
		if err != nil || run.State != directory.RunRunning {
			t.Errorf("the run is %+v, %v", run, err)
		}
		// What administrators do is nobody's to fence.
		must(t, db.SetFingerprint(ctx, "ACME", directory.Fingerprint{Value: "y"}))
	})
}

func TestOneNodeLeads(t *testing.T) {
	cfg := postgresConfig(t)
	_, a := node(t, cfg, "a", quick)
	_, b := node(t, cfg, "b", quick)
	first := takeLead(t, a)
	var led *LedError
	if _, err := b.Try(t.Context()); !errors.As(err, &led) || led.Node != "a" || led.Address != "here" {
		t.Fatalf("a second node is told %v", err)
	}
	// The lease is kept up as long as the node lives.
	deadline := time.Now().Add(quick.Lease * 3 / 2)
	for time.Now().Before(deadline) {
		if _, err := b.Try(t.Context()); !errors.As(err, &led) {
			t.Fatalf("the lead of a living node was had: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	first.Release()
	second, err := b.Try(t.Context())
	must(t, err)
	defer second.Release()
	if second.Epoch() <= first.Epoch() {
		t.Fatalf("epochs %d, then %d", first.Epoch(), second.Epoch())
	}
	start(t, second.Store(), "run")
	if err := first.Store().StartRun(t.Context(), directory.Run{ID: "late", Dossier: "ACME"}); !errors.Is(err, directory.ErrDeposed) {
		t.Fatalf("who led before writes: %v", err)
	}
}

func TestLeadIsLostWithItsConnection(t *testing.T) {
	cfg := postgresConfig(t)
	db, a := node(t, cfg, "a", quick)
	l := takeLead(t, a)
	_, err := db.writer.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1", sessionName("a", leadSessions))
	must(t, err)
	_, b := node(t, cfg, "b", quick)
	second := takeLead(t, b)
	select {
	case <-l.Lost():
	case <-t.Context().Done():
		t.Fatal("who lost the lead never notices")
	}
	if err := l.Store().StartRun(t.Context(), directory.Run{ID: "late", Dossier: "ACME"}); !errors.Is(err, directory.ErrDeposed) {
		t.Fatalf("who lost the lead writes: %v", err)
	}
	start(t, second.Store(), "run")
}

// TestWriteWhoseSessionEndsSaysSo: who wrote is told that the directory was away,
// not that something is wrong with what he asked.
func TestWriteWhoseSessionEndsSaysSo(t *testing.T) {
	db := openWith(t, postgresConfig(t))
	err := db.write(t.Context(), func(w tx) error {
		var session int
		if err := w.get(&session, "SELECT pg_backend_pid()"); err != nil {
			return err
		}
		if _, err := db.reader.ExecContext(t.Context(), "SELECT pg_terminate_backend($1)", session); err != nil {
			return err
		}
		return w.raiseRevision()
	})
	if !errors.Is(err, directory.ErrUnavailable) {
		t.Fatalf("it is told %v", err)
	}
	must(t, db.write(t.Context(), func(w tx) error { return w.raiseRevision() }))
}

// TestDirectoryThatIsDownIsToldAsSuch: every request reads the revision, so a server
// that is not there shows first in it.
func TestDirectoryThatIsDownIsToldAsSuch(t *testing.T) {
	down, err := sqlx.Open("pgx", "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
	must(t, err)
	db := &DB{engine: postgresEngine{}, reader: down, profileRevision: &lastSeen{}}
	if _, err := db.ProfileRevision(t.Context()); !errors.Is(err, directory.ErrUnavailable) {
		t.Errorf("it is told %v", err)
	}
	must(t, down.Close())
}

// TestSilentLeaderIsThrownOut has a leader that beats no more while one of its
// transactions is open, as a paused process has.
func TestSilentLeaderIsThrownOut(t *testing.T) {
	cfg := postgresConfig(t)
	db, a := node(t, cfg, "a", quick)
	l := takeLead(t, a)
	start(t, l.Store(), "run")
	close(l.quit) // no beat any more
	<-l.ended
	l.quit = make(chan struct{})

	_, b := node(t, cfg, "b", quick)
	paused := make(chan error, 1)
	began := make(chan struct{})
	over := make(chan struct{})
	go func() {
		paused <- l.Store().write(context.Background(), func(t tx) error {
			if err := t.raiseRevision(); err != nil {
				return err
			}
			close(began)
			<-over
			rows, err := customerRows("ACME", big(1).PutCustomers)
			if err != nil {
				return err
			}
			return t.put(rows)
		})
	}()
	<-began
	second := takeLead(t, b) // although the transaction holds the lead's row
	close(over)
	if err := <-paused; err == nil {
		t.Fatal("the transaction of who was thrown out is committed")
	}
	if n := count(t, db, "customers"); n != 0 {
		t.Fatalf("%d customers were written", n)
	}
	n, err := second.Store().AbandonRuns(t.Context(), noon)
	if err != nil || n != 1 {
		t.Fatalf("%d runs were abandoned, %v", n, err)
	}
	if err := l.Store().ApplyPlan(t.Context(), "run", big(1), noon); !errors.Is(err, directory.ErrDeposed) {
		t.Fatalf("it wakes and applies its plan: %v", err)
	}
	// Its portal reads on.
	_, err = db.Revision(t.Context())
	must(t, err)
}

func TestLeaseIsKeptUpDuringALongWrite(t *testing.T) {
	cfg := postgresConfig(t)
	_, a := node(t, cfg, "a", quick)
	l := takeLead(t, a)
	must(t, l.Store().write(t.Context(), func(tx) error {
		for range 3 {
			must(t, l.prolong()) // would wait for this transaction, if their locks met
		}
		return nil
	}))
}

func TestAskedRuns(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		db, ctx := openWith(t, cfg), t.Context()
		must(t, db.AskRun(ctx, directory.AskedRun{ID: "1", Dossier: "ACME", AskedBy: "Zoé"}))
		must(t, db.AskRun(ctx, directory.AskedRun{ID: "2", Dossier: "ACME"}))
		waiting, err := db.AskedRuns(ctx)
		if err != nil || len(waiting) != 2 || waiting[0].AskedBy != "Zoé" || waiting[0].Answered || !waiting[0].AskedAt.Equal(noon) {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		must(t, db.AnswerRun(ctx, directory.AskedRun{ID: "1", RunID: "r", Joined: true}))
		must(t, db.AnswerRun(ctx, directory.AskedRun{ID: "1", RunID: "later"}))
		got, err := db.AskedRun(ctx, "1")
		if err != nil || !got.Answered || got.RunID != "r" || !got.Joined {
			t.Fatalf("answered: %+v, %v", got, err)
		}
		for id, want := range map[string]bool{"1": false, "2": true, "3": false} {
			if withdrawn, err := db.WithdrawRun(ctx, id); err != nil || withdrawn != want {
				t.Errorf("withdraw %s: %v, %v", id, withdrawn, err)
			}
		}
		waiting, err = db.AskedRuns(ctx)
		if err != nil || len(waiting) != 0 {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		must(t, db.ForgetAskedRuns(ctx, noon.Add(time.Second)))
		if _, err := db.AskedRun(ctx, "1"); !errors.Is(err, directory.ErrNotFound) {
			t.Fatalf("got %v", err)
		}
	})
}
