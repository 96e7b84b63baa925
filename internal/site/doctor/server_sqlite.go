package doctor

import (
	"context"
	"os"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqliteServer is no server: the file is read by this very process.
type sqliteServer struct{ facts }

func (sqliteServer) clock(context.Context) (time.Time, error) { return time.Time{}, errNotTold }

func (sqliteServer) encryption(context.Context) (encryption, error) {
	return encryption{Local: true}, nil
}

func (s sqliteServer) rights(context.Context) (rights, error) {
	f, err := os.OpenFile(s.d.Path, os.O_RDWR, 0) // opening changes nothing
	if err != nil {
		return rights{}, nil // that it may not is the answer
	}
	return rights{OwnFile: true}, f.Close()
}

func (sqliteServer) hidden(context.Context, string) ([]string, error) { return nil, errNotTold }

func (s sqliteServer) indexes(ctx context.Context, t *catalog.Table) (first []string, err error) {
	err = s.pool().SelectContext(ctx, &first, `
SELECT i.name FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i ON i.seqno = 0 WHERE l.partial = 0 AND i.name IS NOT NULL`, t.Name)
	return first, err
}
