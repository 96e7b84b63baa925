package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/profiles"
)

// maxTileRows is how many rows a tile has at most; the gate's caps hold as well.
const maxTileRows = 100

// dashboardTile is a tile as the answer shows it.
type dashboardTile struct {
	Name      string          `json:"name"`
	Title     string          `json:"title"`
	Columns   []string        `json:"columns"`
	Rows      json.RawMessage `json:"rows"` // objects
	Truncated bool            `json:"truncated,omitempty"`
}

// dashboard answers with the tiles of the profile's dashboard. Each is a query
// like any that the customer's portal could send, and shows no more. One that
// cannot be asked here, because this dossier or this customer lacks what it is
// about, is left out.
func (p *portal) dashboard(v *visit) error {
	if _, ok := (media{mediaJSON}).choose(v.r.Header.Values("Accept")); !ok {
		return notAcceptable(media{mediaJSON})
	}
	if v.r.URL.RawQuery != "" {
		return httpjson.Errorf(httpjson.BadRequest, "the dashboard takes no query parameters")
	}
	world, err := p.Gate.View(v.r.Context(), v.who)
	if err != nil {
		return err
	}
	prefer := parsePrefer(v.r.Header)
	tiles := []dashboardTile{}
	for _, t := range world.Profile.Dashboard {
		if t.Module != "" && !world.Profile.Modules[t.Module].Level.AllowsReading() {
			continue
		}
		tile, err := p.tile(v, t, prefer.numbersAsStrings)
		if leavesOut(err) {
			zerolog.Ctx(v.r.Context()).Debug().Err(err).Str("tile", t.Name).Msg("a tile of the dashboard is left out")
			continue
		}
		if err != nil {
			return err
		}
		tiles = append(tiles, *tile)
	}
	body, err := json.Marshal(map[string]any{"as_of": time.Now().UTC().Format(time.RFC3339), "tiles": tiles})
	if err != nil {
		return fmt.Errorf("write dashboard: %w", err)
	}
	return v.sendJSON(body)
}

// leavesOut tells whether a tile was refused for what it is, before the ERP was
// asked. What goes wrong while the ERP answers ends the whole call.
func leavesOut(err error) bool {
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		return false
	}
	if errors.Is(err, refusal.ErrUnidentified) {
		return true // this tile's table, not the customer, is what is not for him
	}
	switch refused.Code {
	case refusal.Syntax, refusal.Unsupported, refusal.UnknownName, refusal.TypeMismatch, refusal.CanFail, refusal.FilterRequired, refusal.ParamMismatch:
		return true
	}
	return false
}

// tile asks one tile's query.
func (p *portal) tile(v *visit, t profiles.Tile, numbersAsStrings bool) (*dashboardTile, error) {
	ctx := v.r.Context()
	answer, err := p.Gate.Do(ctx, filter.Request{Caller: v.who, RequestID: v.id(), Language: v.language(), Front: "dashboard", Text: t.SQL.SQL, Still: p.still(v)})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	out := &dashboardTile{Name: t.Name, Title: t.Title.EN, Columns: []string{}}
	if v.language() == view.French {
		out.Title = t.Title.FR
	}
	for _, c := range answer.Columns {
		out.Columns = append(out.Columns, c.Name)
	}
	enc := &arrayEncoding{numbersAsStrings: numbersAsStrings}
	body, err := enc.begin(nil, answer.Columns)
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		cells, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			out.Truncated = answer.Truncated()
			break
		}
		if err != nil {
			return nil, err
		}
		if n == maxTileRows {
			out.Truncated = true
			break
		}
		if body, err = enc.row(body, cells); err != nil {
			return nil, err
		}
		if len(body) > p.Limits.PageBytes {
			return nil, tooManyBytes(p.Limits.PageBytes, int64(n))
		}
	}
	if out.Rows, err = enc.end(body, false); err != nil {
		return nil, err
	}
	return out, answer.Close()
}
