package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var updateAnswers = flag.Bool("update-answers", false, "write what the first ERP answers to testdata/questions.txtar")

// TestSixtyQuestions asks what customers ask of a portal on the three
// generations of Sage 100, on Dolibarr and on Odoo: the same words, the same
// answers.
func TestSixtyQuestions(t *testing.T) {
	const file = "testdata/questions.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 60 {
		t.Fatalf("%d questions", len(archive.Files))
	}
	onEveryERP(t, func(*house, string, erpOf) {}, func(h *house, dossier string, erp erpOf) {
		for i, f := range archive.Files {
			query, want, _ := strings.Cut(string(f.Data), "\n")
			got := h.answers(dossier, erp.alpha, query)
			if *updateAnswers && dossier == "sage-a" {
				archive.Files[i].Data = []byte(query + "\n" + got)
				want = got
			}
			if got != want {
				h.t.Errorf("%s: %s\n%swant\n%s", dossier, f.Name, got, want)
			}
		}
	})
	if *updateAnswers {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// answers asks one query and writes its rows, numbers without zeros behind.
func (h *house) answers(dossier, customer, query string) string {
	h.t.Helper()
	body, err := json.Marshal(map[string]string{"sql": query})
	if err != nil {
		h.t.Fatal(err)
	}
	got := h.call("POST", h.portal+"/v1/dossiers/"+dossier+"/sql", string(body),
		[]string{"Content-Type", "application/json", "Authorization", "Bearer " + portalKey, "Vantelle-Customer", "id:" + customer})
	var answer struct {
		Rows   [][]any
		Detail string
	}
	decoder := json.NewDecoder(strings.NewReader(got.body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil || got.status != http.StatusOK {
		return fmt.Sprintf("refused: %d %s\n", got.status, answer.Detail)
	}
	var b strings.Builder
	for _, row := range answer.Rows {
		for i, cell := range row {
			text := "nothing"
			switch cell := cell.(type) {
			case string:
				text = cell
			case json.Number:
				if text = cell.String(); strings.Contains(text, ".") {
					text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
				}
			}
			if i > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(text)
		}
		b.WriteString("\n")
	}
	if len(answer.Rows) == 0 {
		return "none\n"
	}
	return b.String()
}
