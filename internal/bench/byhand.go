package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// byHand is what a portal's developer writes without Vantelle: a handler with
// the customer's condition in its query. It knows its one table and its seven
// columns, checks no key and writes no audit.
type byHand struct{ pool *pgxpool.Pool }

const byHandQuery = `SELECT id, kind, ref, total, made, due, note FROM docs
	WHERE owner = $1 AND (kind = 1 OR kind = 2) ORDER BY made DESC, id DESC LIMIT 20`

// byHandRow is a row as the handler's JSON has it.
type byHandRow struct {
	ID    int32       `json:"id"`
	Kind  int16       `json:"kind"`
	Ref   string      `json:"ref"`
	Total json.Number `json:"total"`
	Made  string      `json:"made"`
	Due   *string     `json:"due"`
	Note  *string     `json:"note"`
}

// ServeHTTP implements http.Handler.
func (h byHand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rows, err := h.pool.Query(r.Context(), byHandQuery, r.Header.Get("Vantelle-Customer"))
	if err != nil {
		http.Error(w, "query failed", http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	list := []byHandRow{}
	for rows.Next() {
		var row byHandRow
		var total string
		var made time.Time
		var due *time.Time
		if err := rows.Scan(&row.ID, &row.Kind, &row.Ref, &total, &made, &due, &row.Note); err != nil {
			http.Error(w, "scan failed", http.StatusInternalServerError)
			return
		}
		row.Total, row.Made = json.Number(total), made.Format("2006-01-02T15:04:05.999999")
		if due != nil {
			day := due.Format("2006-01-02")
			row.Due = &day
		}
		list = append(list, row)
	}
	if rows.Err() != nil {
		http.Error(w, "query failed", http.StatusInternalServerError)
		return
	}
	body, err := json.Marshal(list)
	if err != nil {
		http.Error(w, "encoding failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // who has gone cannot be told
}

// startByHand serves the handler with a pool of so many connections.
func startByHand(ctx context.Context, at *place, pool int) (*served, error) {
	config, err := pgxpool.ParseConfig(at.dsn)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(pool)
	config.MinConns = int32(min(pool, 8))
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s, err := serve(byHand{p}, "/docs")
	if err != nil {
		p.Close()
		return nil, err
	}
	s.closers = []func() error{func() error { p.Close(); return nil }}
	return s, nil
}
