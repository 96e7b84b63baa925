package filter_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// TestTheCatalogSaysWhatCanBeWritten tries every operation on every table and
// column of the catalog, and compares: what it names is not refused as
// read-only, and what it does not name is. The OpenAPI document says the same.
func TestTheCatalogSaysWhatCanBeWritten(t *testing.T) {
	w := workshopsOn(t, workshopERP, workshopProfile, catalog.SQLite)[catalog.SQLite]
	get := func(what string) []byte {
		request := httptest.NewRequest("GET", "/v1/dossiers/d/"+what, nil)
		request.Header.Set("Authorization", "Bearer vk_x")
		request.Header.Set(identity.HeaderCustomer, "ANNA")
		got := httptest.NewRecorder()
		portal.New(portal.Config{Gate: w.gate, Identify: openDoor{}, Logger: zerolog.Nop()}).ServeHTTP(got, request)
		if got.Code != 200 {
			t.Fatalf("%s: %d %s", what, got.Code, got.Body)
		}
		return got.Body.Bytes()
	}
	var told struct {
		Tables []struct {
			Name    string
			Writes  []string
			Columns []struct {
				Name   string
				Writes []string
			}
		}
	}
	if err := json.Unmarshal(get("catalog"), &told); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(get("openapi.json"))
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	offered := func(statement string) bool {
		_, err := w.write(t, "ANNA", statement)
		return codeOf(err) != refusal.ReadOnly
	}
	tried := 0
	for _, table := range told.Tables {
		path := doc.Paths.Value("/rows/" + table.Name)
		first := table.Columns[0].Name
		for operation, described := range map[string]bool{"insert": path.Post != nil, "update": path.Patch != nil, "delete": path.Delete != nil} {
			if described != slices.Contains(table.Writes, operation) {
				t.Errorf("%s of %s: the description has it %v, the catalog has %v", operation, table.Name, described, table.Writes)
			}
		}
		if got := offered(fmt.Sprintf("DELETE FROM %s WHERE %s IS NULL AND 1 = 0", table.Name, first)); got != slices.Contains(table.Writes, "delete") {
			t.Errorf("delete from %s is offered %v, the catalog has %v", table.Name, got, table.Writes)
		}
		for _, c := range table.Columns {
			for operation, statement := range map[string]string{
				"insert": fmt.Sprintf("INSERT INTO %[1]s (%[2]s) SELECT %[2]s FROM %[1]s WHERE 1 = 0", table.Name, c.Name),
				"update": fmt.Sprintf("UPDATE %[1]s SET %[2]s = NULL WHERE 1 = 0", table.Name, c.Name),
			} {
				tried++
				want := slices.Contains(c.Writes, operation)
				if got := offered(statement); got != want {
					t.Errorf("%s is offered %v, the catalog has %v", statement, got, c.Writes)
				}
				if want && !slices.Contains(table.Writes, operation) {
					t.Errorf("%s.%s can be written, and %s not", table.Name, c.Name, table.Name)
				}
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d writes were tried", tried)
	}
}
