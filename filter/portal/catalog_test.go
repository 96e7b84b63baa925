package portal

import (
	"strings"
	"testing"
)

const catalogPath = "/v1/dossiers/bijou/catalog"

func TestCatalog(t *testing.T) {
	w := newFront().ask("GET", catalogPath, "")
	want := `{"tables":[` +
		`{"name":"F_DOCENTETE","title":{"fr":"Pièces","en":"Documents"},"columns":[` +
		`{"name":"DO_Piece","type":"text(17)","nullable":false,"read_only":false,"mandatory":false},` +
		`{"name":"DO_Tiers","type":"text(17)","nullable":false,"read_only":true,"mandatory":false},` +
		`{"name":"DO_Ref","type":"text(17)","nullable":true,"read_only":false,"mandatory":true},` +
		`{"name":"DO_Total","type":"decimal(24,6)","nullable":true,"read_only":false,"mandatory":false}],` +
		`"key":["DO_Piece"],"require_filter":["DO_Tiers"]},` +
		`{"name":"HEADLESS","title":{"fr":"","en":""},"columns":[` +
		`{"name":"a","type":"text(17)","nullable":true,"read_only":false,"mandatory":false},` +
		`{"name":"b","type":"text(17)","nullable":true,"read_only":false,"mandatory":false},` +
		`{"name":"doc","type":"json","nullable":true,"read_only":false,"mandatory":false}],` +
		`"key":[],"require_filter":[]},` +
		`{"name":"LOOSE","title":{"fr":"","en":""},"columns":[` +
		`{"name":"a","type":"text(17)","nullable":true,"read_only":false,"mandatory":false},` +
		`{"name":"b","type":"text(17)","nullable":true,"read_only":false,"mandatory":false},` +
		`{"name":"doc","type":"json","nullable":true,"read_only":false,"mandatory":false}],` +
		`"key":[],"require_filter":[]},` +
		`{"name":"NUMBERED","title":{"fr":"","en":""},"columns":[` +
		`{"name":"owner","type":"text(17)","nullable":false,"read_only":false,"mandatory":false},` +
		`{"name":"a","type":"text(17)","nullable":true,"read_only":false,"mandatory":false},` +
		`{"name":"b","type":"text(17)","nullable":false,"read_only":false,"mandatory":false}],` +
		`"key":["a"],"require_filter":[]}],"resources":[]}`
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d\n got %s\nwant %s", w.Code, w.Body, want)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestCatalogTellsNothingHidden(t *testing.T) {
	body := newFront().ask("GET", catalogPath, "").Body.String()
	for _, hidden := range []string{"F_COMPTET", "CT_Num", "DO_Secret", `"id"`, ":customer"} {
		if strings.Contains(body, hidden) {
			t.Errorf("the catalog tells of %s", hidden)
		}
	}
}

func TestCatalogIsNotSentTwice(t *testing.T) {
	f := newFront()
	tag := f.ask("GET", catalogPath, "").Header().Get("ETag")
	if len(tag) < 10 || tag[0] != '"' {
		t.Fatalf("ETag %q", tag)
	}
	tests := map[string]struct {
		header string
		status int
	}{
		"the tag":          {tag, 304},
		"a weak tag":       {"W/" + tag, 304},
		"among others":     {`"other", ` + tag, 304},
		"any":              {"*", 304},
		"another tag":      {`"other"`, 200},
		"the tag unquoted": {strings.Trim(tag, `"`), 200},
		"an empty header":  {"", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := f.ask("GET", catalogPath, "", "If-None-Match", tt.header)
			if w.Code != tt.status || w.Header().Get("ETag") != tag || (w.Body.Len() == 0) != (tt.status == 304) {
				t.Errorf("%d, ETag %q, %d bytes", w.Code, w.Header().Get("ETag"), w.Body.Len())
			}
		})
	}
}

// The tag must not tell of what the caller cannot see, so it is the same where
// only that differs.
func TestCatalogTagIsOfWhatIsSeen(t *testing.T) {
	f, g := newFront(), newFront()
	tags := func() (a, b string) {
		return f.ask("HEAD", catalogPath, "").Header().Get("ETag"), g.ask("HEAD", catalogPath, "").Header().Get("ETag")
	}
	g.gate.view = testView("one more hidden column")
	if f.gate.view.Digest() == g.gate.view.Digest() {
		t.Fatal("the views are the same")
	}
	if a, b := tags(); a != b || a == "" {
		t.Errorf("tags %q and %q", a, b)
	}
	g.gate.view.Tables[0].Title.FR = "Autre"
	if a, b := tags(); a == b {
		t.Error("the tag stays where the catalog changed")
	}
}

func TestCatalogRefuses(t *testing.T) {
	f := newFront()
	if w := f.ask("GET", catalogPath, "", "Accept", "text/csv"); w.Code != 406 {
		t.Errorf("Accept: %d %s", w.Code, w.Body)
	}
	if w := f.ask("GET", catalogPath+"?x=1", ""); w.Code != 400 {
		t.Errorf("a query string: %d %s", w.Code, w.Body)
	}
}
