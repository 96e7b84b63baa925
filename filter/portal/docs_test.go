package portal

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/httpjson"
)

const docsPath = "../../docs/portal-api.md"

func readDocs(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestDocumentedStatusesAreTrue(t *testing.T) {
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| (\\d{3}) \\| `([A-Za-z0-9_]+)` \\|").FindAllStringSubmatch(readDocs(t), -1) {
		documented[m[2]] = true
		status := httpjson.Status(httpjson.Code(m[2]))
		switch m[2] {
		case codeSingular:
			status = notOneRow(0).(*postgrestError).status
		case codeRange:
			status = outOfRange("").(*postgrestError).status
		case codeMaxAffected:
			status = countRefused(&filter.WrongCount{Affected: 1}).(*postgrestError).status
		}
		if m[1] != strconv.Itoa(status) {
			t.Errorf("%s is documented with %s and has %d", m[2], m[1], status)
		}
	}
	for _, code := range []refusal.Code{refusal.Syntax, refusal.Unsupported, refusal.UnknownName, refusal.TypeMismatch, refusal.CanFail,
		refusal.LimitExceeded, refusal.FilterRequired, refusal.ParamMismatch, refusal.NoAccess, refusal.Unavailable, refusal.Timeout,
		refusal.QueryFailed, refusal.AuditDown, refusal.Internal, refusal.ReadOnly, refusal.ValueRefused, refusal.RowRefused, refusal.Unreferenced, refusal.Duplicate,
		refusal.RuleViolation, refusal.Uncertain, codeSingular, codeRange, codeMaxAffected} {
		if !documented[string(code)] {
			t.Errorf("%s is not documented", code)
		}
	}
	for _, code := range []httpjson.Code{httpjson.BadRequest, httpjson.Unauthorized, httpjson.NoSuchDossier, httpjson.NotFound, httpjson.MethodNotAllowed,
		httpjson.NotAcceptable, httpjson.AmbiguousCustomer, httpjson.BodyTooLarge, httpjson.UnsupportedMediaType} {
		if !documented[string(code)] {
			t.Errorf("%s is not documented", code)
		}
	}
}

func TestDocumentedOperatorsAreOffered(t *testing.T) {
	for op := range strings.FieldsFuncSeq(strings.TrimSuffix(operators, ", with not. before it to turn it round"), func(r rune) bool { return r == ',' || r == ' ' }) {
		if op != "or" && !strings.Contains(readDocs(t), "`"+op) {
			t.Errorf("%s is not documented", op)
		}
	}
}

// The examples are asked of the demo elsewhere; here they must be requests that
// this front has, and JSON.
func TestDocumentedExamplesCanBeRead(t *testing.T) {
	page := readDocs(t)
	examples := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page, -1)
	for _, m := range examples {
		if !json.Valid([]byte(m[1])) {
			t.Errorf("no JSON: %s", m[1])
		}
	}
	queries := regexp.MustCompile(`/rows/[A-Z_]+\?([^"]*)"`).FindAllStringSubmatch(page, -1)
	for _, m := range queries {
		if _, err := parseRows(m[1]); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	bodies := regexp.MustCompile(`-d '(\{.*\})'`).FindAllStringSubmatch(page, -1)
	for _, m := range bodies {
		if w := newFront(twoRows()).sql(m[1]); w.Code != 200 {
			t.Errorf("%s: %d %s", m[1], w.Code, w.Body)
		}
	}
	if len(examples) < 5 || len(queries) < 3 || len(bodies) < 3 {
		t.Errorf("found %d, %d and %d examples", len(examples), len(queries), len(bodies))
	}
}
