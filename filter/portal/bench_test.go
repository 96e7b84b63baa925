package portal

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
)

// repeatedRows gives one row many times.
type repeatedRows struct {
	cells []any
	left  int
}

func (r *repeatedRows) Next(context.Context) ([]any, error) {
	if r.left == 0 {
		return nil, io.EOF
	}
	r.left--
	return r.cells, nil
}

func (r *repeatedRows) Close() error { return nil }

// countingWriter is a client that reads at once and keeps nothing.
type countingWriter struct {
	header http.Header
	bytes  int64
}

func (w *countingWriter) Header() http.Header              { return w.header }
func (w *countingWriter) WriteHeader(int)                  {}
func (w *countingWriter) Flush()                           {}
func (w *countingWriter) SetWriteDeadline(time.Time) error { return nil }
func (w *countingWriter) Write(b []byte) (int, error) {
	w.bytes += int64(len(b))
	return len(b), nil
}

// BenchmarkStream writes 100,000 rows of nine columns.
func BenchmarkStream(b *testing.B) {
	const rows = 100_000
	ws, cells := benchmarkRow()
	columns := make([]filter.Column, len(ws))
	for i, w := range ws {
		columns[i] = filter.Column{Name: string(w.key[1 : len(w.key)-2]), Type: w.typ}
	}
	for _, form := range sqlMedia() {
		b.Run(form, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := &countingWriter{header: http.Header{}}
				s := &stream{w: newPatientWriter(w, time.Second)}
				answer := &filter.Answer{Columns: columns, Rows: &repeatedRows{cells, rows}, Truncated: func() bool { return false }}
				if err := s.copyRows(context.Background(), sqlEncoding(form, preferences{}, answer), answer); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(w.bytes)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
