package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
)

// LedError is returned where another node leads.
type LedError struct{ directory.Leader }

func (e *LedError) Error() string {
	return fmt.Sprintf("node %s (%s) leads the synchronisation", e.Node, e.Address)
}

// Candidate is a node that would lead.
type Candidate struct {
	Address string        // told to the others, for people
	Lease   time.Duration // after so long without a word from the leader another takes over
}

// beat is how often a leader prolongs its lease, and hold for how long each
// time: a leader that falls silent is replaced before the lease has passed.
func (c Candidate) beat() time.Duration { return c.Lease / 4 }
func (c Candidate) hold() time.Duration { return c.Lease * 3 / 4 }

// Candidacy is a node's standing for the lead.
type Candidacy struct {
	Candidate
	db    *DB
	lobby *sqlx.DB // on PostgreSQL the connection of its own; else nil
}

// Stand prepares to lead. Close it when the node no longer wants to.
//
// On PostgreSQL the leader is whoever holds a lock of a session of its own. On
// SQLite the one process that works on the file leads; its caller sees to it
// that there is one.
func (d *DB) Stand(ctx context.Context, c Candidate) (*Candidacy, error) {
	lobby, err := d.engine.openLobby(ctx)
	if err != nil {
		return nil, fmt.Errorf("stand for the lead of the synchronisation: %w", err)
	}
	return &Candidacy{Candidate: c, db: d, lobby: lobby}, nil
}

// Close gives up standing. A lead must be released before.
func (c *Candidacy) Close() error {
	if c.lobby == nil {
		return nil
	}
	return c.lobby.Close()
}

// Shared reports whether other nodes may work on the same directory.
func (d *DB) Shared() bool { return d.engine.shared() }

// Leader tells who leads. One that never was is the zero Leader.
func (d *DB) Leader(ctx context.Context) (directory.Leader, error) {
	l, err := leader(ctx, d.engine, d.reader)
	if err != nil {
		return directory.Leader{}, fmt.Errorf("read who leads the synchronisation: %w", err)
	}
	return l, nil
}

func leader(ctx context.Context, e engine, q sqlx.QueryerContext) (directory.Leader, error) {
	var row struct {
		directory.Leader
		Until micros `db:"until"`
	}
	err := sqlx.GetContext(ctx, q, &row, "SELECT node, address, epoch, until, until < "+e.clock()+" AS expired FROM leads WHERE name = 'sync'")
	row.Leader.Until = row.Until.Time
	return row.Leader, found(err)
}

// Try takes the lead, or is a *LedError where another node has it. A leader
// whose lease has ended is thrown out: the sessions by which it leads and writes
// are ended before its successor begins.
func (c *Candidacy) Try(ctx context.Context) (_ *Lead, err error) {
	l := &Lead{candidacy: c, lost: make(chan struct{}), quit: make(chan struct{}), ended: make(chan struct{})}
	defer func() {
		var led *LedError
		if err == nil || errors.As(err, &led) {
			return
		}
		err = fmt.Errorf("take the lead of the synchronisation: %w", err)
	}()
	pool := c.lobby
	if pool == nil {
		pool = c.db.writer
	}
	conn, err := pool.Connx(ctx)
	if err != nil {
		return nil, err
	}
	if c.lobby != nil {
		l.conn = conn
	}
	defer func() {
		if err != nil || l.conn == nil {
			err = errors.Join(err, conn.Close())
		}
	}()
	if err := c.db.engine.seize(ctx, conn, c.db.node); err != nil {
		return nil, err
	}
	e := c.db.engine
	query := conn.Rebind("UPDATE leads SET node = ?, address = ?, epoch = epoch + 1, until = " + e.clock() + " + ? WHERE name = 'sync' RETURNING epoch")
	if err := conn.GetContext(ctx, &l.epoch, query, c.db.node, c.Address, c.hold().Microseconds()); err != nil {
		e.release(conn)
		return nil, err
	}
	fenced := *c.db
	fenced.epoch = l.epoch
	l.store = &fenced
	if l.conn != nil {
		go l.beat()
	} else {
		close(l.ended)
	}
	return l, nil
}

// Lead is the right to synchronise, as long as it is not lost.
type Lead struct {
	candidacy *Candidacy
	conn      *sqlx.Conn // on which the lock is held; nil where no other could lead
	epoch     int64
	store     *DB

	lost  chan struct{} // closed when it is lost
	quit  chan struct{}
	ended chan struct{} // closed when nothing beats any more
	once  sync.Once
}

// Store is the directory, in which each write checks that the lead is still
// this one, and is directory.ErrDeposed where it is not. It is closed with the
// store that the candidacy came from.
func (l *Lead) Store() *DB { return l.store }

// Epoch is that of this lead.
func (l *Lead) Epoch() int64 { return l.epoch }

// Lost is closed once the lead is lost. It is not closed by Release.
func (l *Lead) Lost() <-chan struct{} { return l.lost }

// beat prolongs the lease until the lead is released or lost.
func (l *Lead) beat() {
	defer close(l.ended)
	every := time.NewTicker(l.candidacy.beat())
	defer every.Stop()
	for {
		select {
		case <-l.quit:
			return
		case <-every.C:
		}
		if err := l.prolong(); err != nil {
			l.candidacy.db.log.Warn().Err(err).Int64("epoch", l.epoch).Msg("the lead of the synchronisation is lost")
			close(l.lost)
			return
		}
	}
}

func (l *Lead) prolong() error {
	c := l.candidacy
	ctx, cancel := context.WithTimeout(context.Background(), c.beat())
	defer cancel()
	res, err := l.conn.ExecContext(ctx, l.conn.Rebind("UPDATE leads SET until = "+c.db.engine.clock()+" + ? WHERE name = 'sync' AND epoch = ?"), c.hold().Microseconds(), l.epoch)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(directory.ErrDeposed, err)
	}
	return nil
}

// Release gives the lead up, so that another node has it at once. A second
// Release does nothing. Whatever goes wrong, the lead ends with its connection.
func (l *Lead) Release() {
	l.once.Do(func() {
		close(l.quit)
		<-l.ended
		if l.conn == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), l.candidacy.beat())
		defer cancel()
		_, err := l.conn.ExecContext(ctx, l.conn.Rebind("UPDATE leads SET node = '', address = '', until = 0 WHERE name = 'sync' AND epoch = ?"), l.epoch)
		l.candidacy.db.engine.release(l.conn)
		if err = errors.Join(err, l.conn.Close()); err != nil {
			l.candidacy.db.log.Debug().Err(err).Msg("the lead of the synchronisation ended with its connection")
		}
	})
}

// fence is the first thing that a transaction of a leader's store does: from
// here to its end nobody else can begin to lead.
func (t tx) fence(epoch int64) error {
	var now int64
	if err := t.get(&now, "SELECT epoch FROM leads WHERE name = 'sync'"+t.engine.lockKey()); err != nil {
		return err
	}
	if now != epoch {
		return directory.ErrDeposed
	}
	return nil
}
