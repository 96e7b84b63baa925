package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
)

// flushAt is how many bytes of an answer are gathered before they are sent.
// Until then a failure can still be answered as a problem; and an answer that
// is smaller leaves in one piece, with its length.
const flushAt = 32 << 10

// encoding writes an answer's rows in one media type.
type encoding interface {
	// contentType is the Content-Type header.
	contentType() string
	// begin appends what stands before the rows. It refuses columns that the
	// type cannot say.
	begin(dst []byte, columns []filter.Column) ([]byte, error)
	// row appends one row.
	row(dst []byte, cells []any) ([]byte, error)
	// end appends what stands behind the rows. It refuses where the type
	// cannot say that a cap cut them.
	end(dst []byte, truncated bool) ([]byte, error)
}

// stream sends an answer while it is made.
type stream struct {
	w       *patientWriter // a client that stops reading must not hold a statement open on the ERP
	kind    string         // Content-Type
	buf     []byte
	whole   int  // how much of buf is whole rows
	started bool // bytes have left
}

// copyRows writes all rows of an answer. Its error is a cutError where bytes
// have left by then.
func (s *stream) copyRows(ctx context.Context, enc encoding, answer *filter.Answer) error {
	err := s.rows(ctx, enc, answer)
	if err != nil && s.started {
		return &cutError{err}
	}
	return err
}

func (s *stream) rows(ctx context.Context, enc encoding, answer *filter.Answer) (err error) {
	s.kind = enc.contentType()
	s.buf = make([]byte, 0, flushAt+flushAt/4)
	if s.buf, err = enc.begin(s.buf, answer.Columns); err != nil {
		return err
	}
	for {
		s.whole = len(s.buf)
		if s.whole >= flushAt {
			if err := s.flush(); err != nil {
				return err
			}
		}
		cells, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if s.buf, err = enc.row(s.buf, cells); err != nil {
			return err
		}
	}
	if s.buf, err = enc.end(s.buf, answer.Truncated()); err != nil {
		return err
	}
	// Closing ends the audit entry: an answer is whole only where that went well.
	if err := answer.Close(); err != nil {
		return err
	}
	if !s.started {
		s.w.Header().Set("Content-Length", strconv.Itoa(len(s.buf)))
	}
	return s.flush()
}

// flush sends what has been gathered.
func (s *stream) flush() error {
	if !s.started {
		s.w.Header().Set("Content-Type", s.kind)
		s.started = true
	}
	if _, err := s.w.Write(s.buf); err != nil {
		return &goneError{err}
	}
	s.buf, s.whole = s.buf[:0], 0
	if err := s.w.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return &goneError{err}
	}
	return nil
}

// checkWidth refuses a row that does not fit its columns, which would shift
// values under other names.
func checkWidth(ws []cellWriter, cells []any) error {
	if len(cells) != len(ws) {
		return fmt.Errorf("write row: %d cells for %d columns", len(cells), len(ws))
	}
	return nil
}

// appendObject appends a row as a JSON object.
func appendObject(dst []byte, ws []cellWriter, cells []any) ([]byte, error) {
	if err := checkWidth(ws, cells); err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	for i := range ws {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, ws[i].key...)
		var err error
		if dst, err = ws[i].appendJSON(dst, cells[i]); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// distinctNames refuses columns that an object could not tell apart, and the
// name that the form of answer keeps to itself.
func distinctNames(columns []filter.Column, reserved string) error {
	seen := make(map[string]bool, len(columns))
	for _, c := range columns {
		switch {
		case seen[c.Name]:
			return refusal.New(refusal.Unsupported, "two columns of the answer are called %q: give one of them another name", c.Name)
		case reserved != "" && c.Name == reserved:
			return refusal.New(refusal.Unsupported, "no column may be called %q in this form of answer: give it another name", reserved)
		}
		seen[c.Name] = true
	}
	return nil
}
