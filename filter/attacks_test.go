package filter_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// TestAttacks tries every case of testdata/attacks on every engine there is,
// and holds beside each pinned outcome that no canary comes back, neither in
// an answer nor in a refusal, and that what any engine would be given has each
// table in its filtered projection and nowhere else.
func TestAttacks(t *testing.T) {
	cases := readAttacks(t, "testdata/attacks")
	rigs := attackedRigs(t)
	wrong := 0
	for _, a := range cases {
		t.Run(a.file+"/"+a.name, func(t *testing.T) {
			for engine, r := range rigs {
				a.try(t, r, engine)
			}
			if !a.viaFront() {
				a.checkPrinted(t, rigs)
			}
			if t.Failed() {
				wrong++
			}
		})
	}
	fmt.Printf("figure attacks.cases %d cases target 250\n", len(cases))
	fmt.Printf("figure attacks.wrong %d cases target 0\n", wrong)
}

// try runs the case on one engine.
func (a attack) try(t *testing.T, r *rig, engine catalog.Engine) {
	want := a.wanted(engine)
	if a.viaFront() {
		got, body := a.knock(t, r)
		if c := canaryIn(a.customer, a.request, body); c != "" {
			t.Errorf("%s: the canary %s is in %s", engine, c, body)
		}
		if !got.meets(want) {
			t.Errorf("%s: got %swant %s", engine, got, want)
		}
		return
	}
	got, text := a.ask(r)
	if c := canaryIn(a.customer, a.request, text); c != "" {
		t.Errorf("%s: the canary %s is in %s", engine, c, text)
	}
	if !got.meets(want) {
		t.Errorf("%s: got %swant %s", engine, got, want)
	}
}

// ask puts the case to the gate; text is all that comes back.
func (a attack) ask(r *rig) (got outcome, text string) {
	req := filter.Request{Caller: as(a.customer), Front: "sql", Text: a.request, Params: a.params, Named: a.named}
	rows, labels, err := collect(context.Background(), r.gate, req)
	if err == nil {
		return outcome{ordered: true, rows: rows}, strings.Join(append(rows, labels...), "\n")
	}
	var refused *refusal.Error
	if !errors.As(err, &refused) {
		return outcome{refused: true, code: "none", at: "-", fragment: err.Error()}, err.Error()
	}
	got = outcome{refused: true, code: string(refused.Code), at: "-", fragment: refused.Detail}
	if refused.Pos >= 0 {
		got.at = strconv.Itoa(int(refused.Pos))
	}
	return got, refused.Error()
}

// collect gives an answer's rows, each as one line, and the labels that the
// answer has of its own.
func collect(ctx context.Context, gate *filter.Gate, req filter.Request) (rows, labels []string, err error) {
	answer, err := gate.Do(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Close()
	for _, c := range answer.Columns {
		labels = append(labels, c.Name)
	}
	for {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return rows, labels, nil
		}
		if err != nil {
			return nil, nil, err
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
}

// cell writes a value so that it is the same from every engine: SQLite keeps
// no zeros behind the point.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.Format("2006-01-02 15:04:05")
	case string:
		if whole, frac, ok := strings.Cut(v, "."); ok && strings.Trim(whole, "-0123456789") == "" && strings.Trim(frac, "0123456789") == "" {
			return strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
		}
		return strings.ReplaceAll(v, "\n", "\\n")
	}
	return fmt.Sprint(v)
}

// httpRequest is the case as the bytes that it is, read as a server reads them.
func (a attack) httpRequest() (*http.Request, error) {
	head, content, _ := strings.Cut(a.request, "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(strings.TrimSuffix(line, " HTTP"), " ")
	raw := method + " /v1/dossiers/d/" + target + " HTTP/1.1\r\nHost: portal\r\nAuthorization: Bearer vk_x\r\nContent-Length: " + strconv.Itoa(len(content)) + "\r\n"
	if content != "" {
		raw += "Content-Type: application/json\r\n"
	}
	if !strings.HasPrefix(headers, identity.HeaderCustomer) {
		raw += identity.HeaderCustomer + ": " + a.customer + "\r\n"
	}
	for h := range strings.SplitSeq(headers, "\n") {
		if h != "" {
			raw += h + "\r\n"
		}
	}
	return http.ReadRequest(bufio.NewReader(strings.NewReader(raw + "\r\n" + content)))
}

// knock sends the case through the portal's front as the bytes that it is.
func (a attack) knock(t *testing.T, r *rig) (got outcome, body string) {
	return a.through(portal.New(portal.Config{Gate: r.gate, Identify: doorman{}, Logger: zerolog.Nop()}))
}

// through sends the case through a front; body is all that comes back.
func (a attack) through(front http.Handler) (got outcome, body string) {
	request, err := a.httpRequest()
	if err != nil {
		return outcome{refused: true, status: "400", code: "unreadable", fragment: err.Error()}, err.Error()
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, request)
	body = w.Body.String()
	all := body + " " + fmt.Sprint(w.Header())
	if id := w.Header().Get("X-Request-Id"); id != "" && request.Header.Get("X-Request-Id") == "" { // letters drawn at random spell anything
		all = strings.ReplaceAll(all, id, "id")
	}
	if w.Code >= 400 {
		var problem struct{ Code, Detail string }
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
			problem.Code, problem.Detail = "none", body
		}
		return outcome{refused: true, status: strconv.Itoa(w.Code), code: problem.Code, fragment: problem.Detail}, all
	}
	answer := strconv.Itoa(w.Code) + " " + strings.ReplaceAll(strings.TrimRight(body, "\r\n"), "\n", "\\n")
	if cr := w.Header().Get("Content-Range"); cr != "" && strings.Contains(a.request, "count=") {
		answer += " " + cr
	}
	return outcome{ordered: true, rows: []string{strings.TrimRight(answer, " ")}}, all
}

// doorman knows the three customers by their exact codes.
type doorman struct{}

func (doorman) Backend(_ context.Context, dossier, bearer, customer, contact, actor string) (identity.Caller, error) {
	switch {
	case bearer != "vk_x":
		return identity.Caller{}, identity.ErrUnauthorized
	case dossier != "d":
		return identity.Caller{}, identity.ErrNoSuchDossier
	case canaries[customer] == nil:
		return identity.Caller{}, identity.ErrNoAccess
	}
	c := as(customer)
	c.Contact, c.Actor = contact, actor
	return c, nil
}

// meets tells whether what came is what is pinned.
func (o outcome) meets(want outcome) bool {
	if o.refused || want.refused {
		return o.refused == want.refused && o.code == want.code && (o.at == want.at || want.at == "") && o.status == want.status && strings.Contains(o.fragment, want.fragment)
	}
	if want.ordered {
		return slices.Equal(o.rows, want.rows)
	}
	return slices.Equal(slices.Sorted(slices.Values(o.rows)), slices.Sorted(slices.Values(want.rows)))
}

// String is the outcome as a file writes it.
func (o outcome) String() string {
	switch {
	case o.refused && o.status != "":
		return fmt.Sprintf("\n! %s %s %s\n", o.status, o.code, o.fragment)
	case o.refused:
		return fmt.Sprintf("\n! %s@%s %s\n", o.code, o.at, o.fragment)
	case len(o.rows) == 0:
		return "\n= nothing\n"
	case o.ordered:
		return "\n= " + strings.Join(o.rows, "\n= ") + "\n"
	}
	return "\n~ " + strings.Join(o.rows, "\n~ ") + "\n"
}

// maxPrinted is what the largest statement of the corpus may grow into.
const maxPrinted = 1 << 20

// schema is where the rig's tables are, empty for SQLite.
func (r *rig) schema(t *testing.T) string {
	v, err := r.gate.View(t.Context(), as("ANNA"))
	if err != nil || len(v.Tables) == 0 {
		t.Fatalf("no view: %v", err)
	}
	return v.Tables[0].Visible.Schema
}

// checkPrinted holds what the engines would be given to its form; an engine
// may refuse what another takes.
func (a attack) checkPrinted(t *testing.T, rigs map[catalog.Engine]*rig) {
	req := filter.Request{Caller: as(a.customer), Text: a.request, Params: a.params, Named: a.named}
	check := func(r *rig, engine catalog.Engine) {
		x, err := r.gate.Explain(t.Context(), req, engine)
		if err != nil {
			if c := canaryIn(a.customer, a.request, err.Error()); c != "" {
				t.Errorf("%s: the canary %s is in %v", engine, c, err)
			}
			if codeOf(err) == refusal.Internal || codeOf(err) == "" {
				t.Errorf("%s: %v", engine, err)
			}
			return
		}
		if len(x.SQL) > maxPrinted {
			t.Errorf("%s: %d bytes become %d", engine, len(a.request), len(x.SQL))
		}
		if err := checkPrinted(x, r.schema(t)); err != nil {
			t.Errorf("%s: %v\nin %s", engine, err, x.SQL)
		}
	}
	for _, engine := range printedEngines {
		check(rigs[catalog.SQLite], engine)
	}
	if r := rigs[catalog.Postgres]; r != nil {
		check(r, catalog.Postgres)
	}
}
