package erpsource

import (
	"context"
	"database/sql"
	"hash/fnv"
	"strconv"

	"github.com/vantelle/vantelle/internal/erp"
)

// metIDs is what a read met, in its order, as one number.
type metIDs struct {
	hash interface {
		Write(p []byte) (int, error)
		Sum64() uint64
	}
	n int
}

func newIDs() *metIDs { return &metIDs{hash: fnv.New64a()} }

func (i *metIDs) add(id sql.NullString) {
	i.n++
	_, _ = i.hash.Write([]byte(strconv.Itoa(len(id.String)) + ":" + id.String)) // a hash never fails
}

// confirmIDs reads a statement's ids once more. A row that moved while it was
// read may have been passed over, which would remove a customer who is there.
func (s *snapshot) confirmIDs(ctx context.Context, st *statement, met *metIDs) error {
	rows, cancel, err := s.query(ctx, st.idsOnly())
	if err != nil {
		return err
	}
	defer cancel()
	defer func() { _ = rows.Close() }() // a failed read shows in rows.Err
	again := newIDs()
	for rows.Next() {
		var id sql.NullString
		if err := rows.Scan(&id); err != nil {
			return err
		}
		again.add(id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if again.n != met.n || again.hash.Sum64() != met.hash.Sum64() {
		return erp.ErrChangedMeanwhile
	}
	return nil
}
