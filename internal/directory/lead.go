package directory

import (
	"errors"
	"time"
)

// ErrDeposed is returned where a node writes in the name of the
// synchronisation and no longer leads it. Nothing was written.
var ErrDeposed = errors.New("this node no longer leads the synchronisation")

// ErrNoLeader is returned where a run was asked for, and no node leads the
// synchronisation that could do it.
var ErrNoLeader = errors.New("no node leads the synchronisation at the moment: ask again in a moment")

// Leader is the node that synchronises. Its zero value is nobody.
type Leader struct {
	Node    string    `db:"node" json:"node"`
	Address string    `db:"address" json:"address,omitempty"` // where its administrators' API listens
	Epoch   int64     `db:"epoch" json:"epoch"`               // raised with each change of the leader
	Until   time.Time `db:"-" json:"until"`                   // when its lease ends, by the database's clock
	Expired bool      `db:"expired" json:"expired"`           // the lease has ended
}

// AskedRun is a synchronisation that one node asks of the leader. It is
// answered with a run or with an error.
type AskedRun struct {
	ID       string    `db:"id"`
	Dossier  string    `db:"dossier"`
	AskedBy  string    `db:"asked_by"`
	Options  string    `db:"options"` // what it is to do, in the words of who asks; empty for a run as usual
	AskedAt  time.Time `db:"-"`
	RunID    string    `db:"run_id"`
	Joined   bool      `db:"joined"` // the run was under way already
	Error    string    `db:"error"`
	Answered bool      `db:"answered"`
}
